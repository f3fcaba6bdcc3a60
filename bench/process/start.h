/* start.h - what each tool does first: makes sure of what programs take for granted, and users' shells, containers and
 * service managers now and then do not give. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_PROCESS_START_H
#define GCONV_PROCESS_START_H

#include <stdbool.h>

/* Descriptors 0 to 2 open, stacks large enough (else the program starts itself again with larger ones), no team of
 * OpenMP that nobody asked for. False, with a sentence on stderr that begins with the tool's name, where a stack is too
 * small and cannot be made larger. */
bool process_start(const char *tool, char **argv);

#endif
