/* pages.h - what kind of pages a mapping really got: asking for huge ones is only a wish. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_RUN_PAGES_H
#define GCONV_RUN_PAGES_H

#include <stddef.h>
#include <stdint.h>

/* Bytes of [base, base + bytes) in huge pages; -1 where /proc/self/smaps does not tell. */
int64_t pages_huge_bytes(const void *base, size_t bytes);

#endif
