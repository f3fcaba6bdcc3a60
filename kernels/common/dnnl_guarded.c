/* dnnl_guarded.c - guards of poison, which are compared byte by byte, and room that is only reserved.
 *
 * Forbidden pages would end the process at the first byte past the end; here the planner must survive it. What an
 * implementation gets wrong is the width of a block, so it writes up to 16 times as far as it should: that far there
 * is room. It costs address space and no memory unless somebody does write there. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "common/dnnl_guarded.h"
#include "core/error.h"

#include <string.h>
#include <sys/mman.h>

static const size_t page = 4096, before = 64 << 10, after = 256 << 10, room = 16 << 20;
enum { POISON = 0xff, FARTHEST = 16 };

/* Large buffers are not overrun by a multiple of their size, and address space may be limited. */
static size_t reserved(size_t bytes) { return room + FARTHEST * (bytes < room ? bytes : room); }

gconv_status gconv_guarded_create(size_t bytes, gconv_guarded *g) {
  const size_t mapped = (before + bytes + after + reserved(bytes) + page - 1) / page * page;
  char *mapping = mmap(NULL, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapping == MAP_FAILED)
    return gconv_error(GCONV_NO_MEMORY, "no memory to try an implementation of oneDNN's: %zu bytes for one buffer",
                       mapped);
  memset(mapping, POISON, before + bytes + after);
  *g = (gconv_guarded){mapping + before, bytes, mapping, mapped};
  return GCONV_OK;
}

void gconv_guarded_free(gconv_guarded *g) {
  if (g->mapping) munmap(g->mapping, g->mapped);
}

static bool all_poison(const unsigned char *from, size_t bytes) {
  return !bytes || (*from == POISON && !memcmp(from, from + 1, bytes - 1));
}

bool gconv_guarded_is_hurt(const gconv_guarded *g) {
  return !all_poison(g->mapping, before) || !all_poison((const unsigned char *)g->data + g->bytes, after);
}

bool gconv_guarded_holds_poison(const gconv_guarded *g) {
  const uint32_t *words = g->data;
  uint32_t found = 0;
  for (size_t i = 0; i < g->bytes / sizeof *words; i++) found |= words[i] == UINT32_MAX;
  return found;
}
