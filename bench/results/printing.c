/* printing.c - what tables and sentences are printed with. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "printing.h"

#include <langinfo.h>
#include <locale.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

void put_wrapped(const char *text, int indent, int column) {
  while (*text) {
    if (!column) column = printf("%*s", indent, "");
    int room = WIDTH - column, length = (int)strlen(text);
    if (length > room) {
      length = room;
      while (length > 0 && text[length] != ' ') length--;
      if (!length && column > indent) room = 0; /* the word goes to the next line */
      if (!length) length = room;
      while (length > 0 && length < (int)strlen(text) && ((unsigned char)text[length] & 0xC0) == 0x80) length--;
    }
    printf("%.*s\n", length, text);
    text += length;
    text += strspn(text, " ");
    column = 0;
  }
}

/* The terminal's, whatever the program's own locale. */
static bool is_utf8(void) {
  const locale_t user = newlocale(LC_CTYPE_MASK, "", (locale_t)0);
  const bool utf8 = user && !strcmp(nl_langinfo_l(CODESET, user), "UTF-8");
  if (user) freelocale(user);
  return utf8;
}

const char *sign_about(void) { return is_utf8() ? "\u2248" : "~"; }

const char *figure_text(double value, int digits, char text[FIGURE_MAX]) {
  int decimals = digits - 1;
  for (double limit = 10; decimals > 0 && fabs(value) >= limit; limit *= 10) decimals--;
  if (isnan(value))
    strcpy(text, "-");
  else
    snprintf(text, FIGURE_MAX, "%.*f", decimals, value);
  return text;
}

time_unit time_unit_of(double ns) {
  static const time_unit units[] = {{"s", 1e9}, {"ms", 1e6}, {"us", 1e3}};
  for (size_t i = 0; i < sizeof units / sizeof *units; i++)
    if (ns >= units[i].ns) return units[i];
  return (time_unit){"ns", 1};
}
