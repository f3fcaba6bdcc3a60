/* printing.h - figures and sentences as people read them in a terminal: no wider than WIDTH, in its character set. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_RUN_PRINTING_H
#define GCONV_RUN_PRINTING_H

enum { WIDTH = 100 };

/* Prints on stdout with a line end, breaking at blanks so that no line is wider; words that would be are cut in two.
 * Lines begin behind `indent` blanks; `column`: how much of the first one is printed already. */
void put_wrapped(const char *text, int indent, int column);

const char *sign_about(void); /* "≈", or "~" where the terminal has only ASCII */

/* Four digits, more for large numbers; three of a ratio. "-" for NaN. Returns `text`. */
enum { FIGURE_MAX = 32 };
const char *figure_text(double value, int digits, char text[FIGURE_MAX]);
/* In which a time is read best. */
typedef struct {
  const char *name;
  double ns;
} time_unit;
time_unit time_unit_of(double ns);

#endif
