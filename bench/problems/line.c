/* line.c - a line is bounded, holds no NUL and may end in a carriage return; Windows' mark of UTF-8 before the first is
 * not part of it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "line.h"

#include "core/error.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

gconv_status line_begin(line_reader *r, FILE *file) {
  *r = (line_reader){.file = file, .text = malloc(LINE_LONGEST + 1)};
  return r->text ? GCONV_OK : gconv_error(GCONV_NO_MEMORY, "no memory for a line of %d bytes", LINE_LONGEST);
}

void line_end(line_reader *r) { free(r->text); }

/* Appends the next line of the file; false at its end. */
static gconv_status append_line(line_reader *r, size_t *length, bool *more) {
  int c = getc(r->file);
  *more = c != EOF;
  if (*more) r->read++;
  for (; c != EOF && c != '\n'; c = getc(r->file)) {
    if (!c) return gconv_error(GCONV_INVALID, "a NUL byte: this is no text, or not in UTF-8");
    if (*length == LINE_LONGEST) return gconv_error(GCONV_INVALID, "the line is longer than %d bytes", LINE_LONGEST);
    r->text[(*length)++] = (char)c;
  }
  r->text[*length] = 0;
  return ferror(r->file) ? gconv_error(GCONV_INVALID, "%s", strerror(errno)) : GCONV_OK;
}

/* benchdnn's comments: '#' at the beginning of a word, up to the end of the line. */
static void cut_comment(char *line) {
  bool quoted = false;
  for (char *c = line; *c; c++) {
    if (*c == '"') quoted = !quoted;
    if (*c == '#' && !quoted && (c == line || isspace((unsigned char)c[-1]))) *c = 0;
    if (!*c) return;
  }
}

static size_t trim_end(char *text) {
  size_t length = strlen(text);
  while (length && isspace((unsigned char)text[length - 1])) length--;
  text[length] = 0;
  return length;
}

/* Takes the backslash away that joins the line with the next. As in a shell, what is before it is a word of its own,
 * unless nothing is between them; as in benchdnn, a list of values goes on behind ", \". */
static bool is_joined(char *text) {
  const size_t length = strlen(text);
  if (!length || text[length - 1] != '\\') return false;
  text[length - 1] = 0;
  char *end = text + length - 1;
  while (end > text && isspace((unsigned char)end[-1])) end--;
  if (end > text && strchr(",:+*=", end[-1])) *end = 0;
  return true;
}

static void drop_begin(char *text, size_t bytes) { memmove(text, text + bytes, strlen(text + bytes) + 1); }

static void drop_mark(char *text) {
  static const char mark[] = "\xEF\xBB\xBF";
  if (!strncmp(text, mark, strlen(mark))) drop_begin(text, strlen(mark));
}

gconv_status line_next(line_reader *r, bool *more) {
  size_t length = 0;
  bool joined = false, next = true;
  r->number = r->read + 1;
  r->text[0] = 0;
  do {
    char *piece = r->text + length;
    gconv_status status = append_line(r, &length, &next);
    if (!joined) *more = next;
    if (status) return status;
    if (r->read == 1) drop_mark(piece);
    cut_comment(piece);
    if (joined) drop_begin(piece, strspn(piece, " \t\r")); /* the next line's first word goes on with this one's last */
    trim_end(piece);
    joined = is_joined(r->text);
    length = strlen(r->text);
  } while (joined && next);
  return GCONV_OK;
}
