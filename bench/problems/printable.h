/* printable.h - text from outside (names of files, of layers) as it may go to terminals, CSV and JSON, which take
 * UTF-8: file names are any bytes. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_BENCH_PRINTABLE_H
#define GCONV_BENCH_PRINTABLE_H

/* Puts '?' in the place of every byte that is a control character or not part of valid UTF-8 (Latin-1, say, or a
 * character that was cut off at the end), and returns `text`. */
char *printable(char *text);

#endif
