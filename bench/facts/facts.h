/* facts.h - what is known about machine and build: named values in named sections, printed as text or as one JSON
 * object. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_INFO_FACTS_H
#define GCONV_INFO_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { FACT_KEY_MAX = 64, FACT_VALUE_MAX = 4096 };

/* JSON string, number, object of min, median, max and unit, true/false, null */
typedef enum { FACT_TEXT, FACT_NUMBER, FACT_SPREAD, FACT_FLAG, FACT_UNKNOWN } fact_type;

/* What repeated measurements of one quantity say. */
typedef struct {
  double min, median, max;
  const char *unit; /* a literal */
} measurement;

typedef struct {
  const char *section; /* not copied: a literal */
  char key[FACT_KEY_MAX];
  fact_type type;
  int64_t number;
  measurement measured;
  char value[FACT_VALUE_MAX]; /* FACT_UNKNOWN: the reason, which text shows and JSON does not */
} fact;

typedef struct {
  fact *list;
  size_t count;
  bool no_memory;
} facts;

/* Facts of one section have to follow each other. */
void facts_text(facts *f, const char *section, const char *key, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void facts_number(facts *f, const char *section, const char *key, int64_t number);
/* "median (min to max) unit" in text. */
void facts_spread(facts *f, const char *section, const char *key, measurement measured);
void facts_flag(facts *f, const char *section, const char *key, bool value);
void facts_unknown(facts *f, const char *section, const char *key, const char *why);

/* These return false, after a sentence on stderr, if a fact could not be stored. */
bool facts_print(const facts *f, FILE *out);
bool facts_print_json(const facts *f, FILE *out); /* {"section": {"key": value, ...}, ...} */
void facts_free(facts *f);

/* `text` as a JSON string with its quotes. Bytes that are not UTF-8 become U+FFFD, so that the output always parses. */
void json_print_string(FILE *out, const char *text);

#endif
