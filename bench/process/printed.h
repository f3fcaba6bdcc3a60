/* printed.h - the end of every tool: output that did not arrive (a full disk) must not look like success. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_PROCESS_PRINTED_H
#define GCONV_PROCESS_PRINTED_H

/* `status`, if all that was printed on stdout arrived. Else a sentence on stderr that begins with the tool's name and
 * says why not, and `status` if that is an error already, or 1. */
int printed_all(const char *tool, int status);

#endif
