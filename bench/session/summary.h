/* summary.h - what a run tells people: a head, a table when everything on a problem is finished, and at the end what
 * was skipped. Made of the rows that the CSV gets. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_RUN_SUMMARY_H
#define GCONV_RUN_SUMMARY_H

#include "session.h"

/* The machine's ceilings, in one line where an earlier run has shown them. */
void summary_head(const session *s);

/* A row of the unit that is running; once for each measurement. */
void summary_add(session *s, const csv_row *row);
/* Everything on a problem is finished: a table on stdout, where nothing else has been asked for, and the skips kept. */
void summary_block(session *s);
/* The same of rows that other processes have written: the CSV behind its first `before` bytes. */
void summary_file(session *s, size_t before);

/* One line a kernel, on stderr. */
void summary_skips(const session *s);
void summary_free(session *s);

#endif
