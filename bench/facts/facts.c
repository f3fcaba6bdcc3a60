/* facts.c - a growing list of facts and its two ways to be printed. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "facts.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static fact *add(facts *f, const char *section, const char *key, fact_type type) {
  if ((f->count & (f->count - 1)) == 0) { /* full at every power of two */
    fact *list = realloc(f->list, (f->count ? 2 * f->count : 1) * sizeof *list);
    f->no_memory |= !list;
    if (!list) return NULL;
    f->list = list;
  }
  fact *added = &f->list[f->count++];
  *added = (fact){.section = section, .type = type};
  snprintf(added->key, sizeof added->key, "%s", key);
  return added;
}

void facts_text(facts *f, const char *section, const char *key, const char *format, ...) {
  fact *added = add(f, section, key, FACT_TEXT);
  if (!added) return;
  va_list args;
  va_start(args, format);
  vsnprintf(added->value, sizeof added->value, format, args);
  va_end(args);
}

void facts_number(facts *f, const char *section, const char *key, int64_t number) {
  fact *added = add(f, section, key, FACT_NUMBER);
  if (!added) return;
  added->number = number;
  snprintf(added->value, sizeof added->value, "%" PRId64, number);
}

void facts_spread(facts *f, const char *section, const char *key, measurement measured) {
  fact *added = add(f, section, key, FACT_SPREAD);
  if (!added) return;
  added->measured = measured;
  snprintf(added->value, sizeof added->value, "%.1f (%.1f to %.1f) %s", measured.median, measured.min, measured.max,
           measured.unit);
}

void facts_flag(facts *f, const char *section, const char *key, bool value) {
  fact *added = add(f, section, key, FACT_FLAG);
  if (!added) return;
  added->number = value;
  snprintf(added->value, sizeof added->value, "%s", value ? "yes" : "no");
}

void facts_unknown(facts *f, const char *section, const char *key, const char *why) {
  fact *added = add(f, section, key, FACT_UNKNOWN);
  if (added) snprintf(added->value, sizeof added->value, "%s", why);
}

static bool complete(const facts *f) {
  if (f->no_memory) fprintf(stderr, "gconv-info: no memory for %zu facts\n", f->count + 1);
  if (f->no_memory) errno = ENOMEM;
  return !f->no_memory;
}

static bool begins_section(const facts *f, size_t i) {
  return i == 0 || strcmp(f->list[i].section, f->list[i - 1].section);
}

bool facts_print(const facts *f, FILE *out) {
  if (!complete(f)) return false;
  size_t widest = 0;
  for (size_t i = 0; i < f->count; i++)
    if (strlen(f->list[i].key) > widest) widest = strlen(f->list[i].key);
  for (size_t i = 0; i < f->count; i++) {
    if (begins_section(f, i)) fprintf(out, "%s%s\n", i ? "\n" : "", f->list[i].section);
    fprintf(out, "  %-*s  %s\n", (int)widest, f->list[i].key, f->list[i].value);
  }
  return true;
}

/* Length of the well-formed UTF-8 sequence at `text`, 0 if there is none. */
static size_t utf8_length(const unsigned char *text) {
  static const struct {
    unsigned char mask, lead;
    uint32_t least; /* smaller code points have a shorter form */
  } forms[] = {{0x80, 0x00, 0}, {0xE0, 0xC0, 0x80}, {0xF0, 0xE0, 0x800}, {0xF8, 0xF0, 0x10000}};
  for (size_t length = 1; length <= 4; length++) {
    if ((text[0] & forms[length - 1].mask) != forms[length - 1].lead) continue;
    uint32_t code = text[0] & (unsigned char)~forms[length - 1].mask;
    for (size_t i = 1; i < length; i++) {
      if ((text[i] & 0xC0) != 0x80) return 0;
      code = code << 6 | (text[i] & 0x3F);
    }
    const bool surrogate = code >= 0xD800 && code < 0xE000;
    return code < forms[length - 1].least || code > 0x10FFFF || surrogate ? 0 : length;
  }
  return 0;
}

void json_print_string(FILE *out, const char *text) {
  putc('"', out);
  for (const unsigned char *c = (const unsigned char *)text; *c;) {
    const size_t length = utf8_length(c);
    if (*c == '"' || *c == '\\')
      fprintf(out, "\\%c", *c);
    else if (*c < 0x20)
      fprintf(out, "\\u%04x", *c);
    else if (length)
      fwrite(c, 1, length, out);
    else
      fputs("\\ufffd", out);
    c += length ? length : 1;
  }
  putc('"', out);
}

static void print_json_value(const fact *item, FILE *out) {
  switch (item->type) {
  case FACT_TEXT:
    json_print_string(out, item->value);
    break;
  case FACT_NUMBER:
    fprintf(out, "%" PRId64, item->number);
    break;
  case FACT_SPREAD:
    fprintf(out, "{\"min\": %.6g, \"median\": %.6g, \"max\": %.6g, \"unit\": \"%s\"}", item->measured.min,
            item->measured.median, item->measured.max, item->measured.unit);
    break;
  case FACT_FLAG:
    fputs(item->number ? "true" : "false", out);
    break;
  case FACT_UNKNOWN:
    fputs("null", out);
    break;
  }
}

bool facts_print_json(const facts *f, FILE *out) {
  if (!complete(f)) return false;
  fputs("{", out);
  for (size_t i = 0; i < f->count; i++) {
    if (begins_section(f, i)) {
      fprintf(out, "%s\n  ", i ? "\n  }," : "");
      json_print_string(out, f->list[i].section);
      fputs(": {", out);
    } else {
      fputs(",", out);
    }
    fputs("\n    ", out);
    json_print_string(out, f->list[i].key);
    fputs(": ", out);
    print_json_value(&f->list[i], out);
  }
  fputs(f->count ? "\n  }\n}\n" : "}\n", out);
  return true;
}

void facts_free(facts *f) {
  free(f->list);
  *f = (facts){0};
}
