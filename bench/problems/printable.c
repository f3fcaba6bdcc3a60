/* printable.c - what is not UTF-8 becomes '?', byte by byte: the rest of a name stays as it is, so that it is
 * recognized. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "printable.h"

#include <ctype.h>

/* The bytes of the character that begins here, or 0 if none does. Too long and surrogate forms are not told apart from
 * others by their first bytes alone; the second one's range (RFC 3629, section 4) does that. */
static int length_of(const unsigned char *c) {
  static const struct {
    unsigned char first, last, low, high; /* of the first byte; of the second */
    int length;
  } forms[] = {{0xC2, 0xDF, 0x80, 0xBF, 2}, {0xE0, 0xE0, 0xA0, 0xBF, 3}, {0xE1, 0xEC, 0x80, 0xBF, 3},
               {0xED, 0xED, 0x80, 0x9F, 3}, {0xEE, 0xEF, 0x80, 0xBF, 3}, {0xF0, 0xF0, 0x90, 0xBF, 4},
               {0xF1, 0xF3, 0x80, 0xBF, 4}, {0xF4, 0xF4, 0x80, 0x8F, 4}};
  if (*c < 0x80) return !iscntrl(*c);
  for (unsigned i = 0; i < sizeof forms / sizeof *forms; i++) {
    if (*c < forms[i].first || *c > forms[i].last || c[1] < forms[i].low || c[1] > forms[i].high) continue;
    for (int next = 2; next < forms[i].length; next++)
      if ((c[next] & 0xC0) != 0x80) return 0;
    return forms[i].length;
  }
  return 0;
}

char *printable(char *text) {
  for (unsigned char *c = (unsigned char *)text; *c;) {
    const int length = length_of(c);
    if (!length) *c = '?';
    c += length ? length : 1;
  }
  return text;
}
