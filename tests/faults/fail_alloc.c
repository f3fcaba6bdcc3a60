/* fail_alloc.c - loaded before all others (LD_PRELOAD), it counts the allocations of gconv's own code and lets one of
 * them fail: number GCONV_FAIL_AT, from 0. Where the code of each lies is written to the file GCONV_FAIL_LOG, a line an
 * allocation, the failed one last.
 *
 * Own code is the program and libgconv, by the caller's address: what a library below does without memory (libgomp ends
 * the process) is not ours to mend. Calls that allocate inside of libc for their caller count as allocations, too. */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { RANGES_MAX = 2 };

static struct {
  const char *name;
  uintptr_t base, first, last;
} range[RANGES_MAX];
static int ranges;
static atomic_long count;
static long fail_at = -1;
static int log_file = -1;

static int note_object(struct dl_phdr_info *info, size_t size, void *unused) {
  (void)size, (void)unused;
  const bool library = strstr(info->dlpi_name, "/libgconv.so");
  if ((*info->dlpi_name && !library) || ranges == RANGES_MAX) return 0;
  for (int i = 0; i < info->dlpi_phnum; i++) {
    const ElfW(Phdr) *part = &info->dlpi_phdr[i];
    if (part->p_type != PT_LOAD || !(part->p_flags & PF_X)) continue;
    const uintptr_t first = info->dlpi_addr + part->p_vaddr;
    range[ranges].name = library ? "libgconv" : "program";
    range[ranges].base = info->dlpi_addr;
    range[ranges].first = first, range[ranges].last = first + part->p_memsz;
    ranges++;
    break;
  }
  return 0;
}

__attribute__((constructor)) static void begin(void) {
  const char *at = getenv("GCONV_FAIL_AT"), *log = getenv("GCONV_FAIL_LOG");
  if (at) fail_at = strtol(at, NULL, 10);
  if (log) log_file = open(log, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0666);
  dl_iterate_phdr(note_object, NULL);
}

/* Is this the call that fails? errno says why, as after a true one. */
static bool fails(const void *caller) {
  const uintptr_t address = (uintptr_t)caller;
  for (int i = 0; i < ranges; i++) {
    if (address < range[i].first || address >= range[i].last) continue;
    const bool failed = atomic_fetch_add(&count, 1) == fail_at;
    if (log_file >= 0 && (failed || fail_at < 0))
      dprintf(log_file, "%s+%#zx\n", range[i].name, address - range[i].base);
    if (failed) errno = ENOMEM;
    return failed;
  }
  return false;
}

#define REAL(name) ((typeof(&name))dlsym(RTLD_NEXT, #name))
#define FAILS      fails(__builtin_return_address(0))

/* The frequent ones look up the real function once; dlsym itself allocates nothing. */
#define FORWARD(type, name, failure, parameters, arguments)                                                            \
  type name parameters {                                                                                               \
    static typeof(&name) real;                                                                                         \
    if (!real) real = REAL(name);                                                                                      \
    return FAILS ? failure : real arguments;                                                                           \
  }

FORWARD(void *, malloc, NULL, (size_t size), (size))
FORWARD(void *, calloc, NULL, (size_t n, size_t size), (n, size))
FORWARD(void *, realloc, NULL, (void *old, size_t size), (old, size))
FORWARD(void *, aligned_alloc, NULL, (size_t align, size_t size), (align, size))
FORWARD(char *, strdup, NULL, (const char *text), (text))
FORWARD(ssize_t, getline, -1, (char **line, size_t *size, FILE *file), (line, size, file))
FORWARD(FILE *, open_memstream, NULL, (char **text, size_t *size), (text, size))
FORWARD(FILE *, fopen, NULL, (const char *path, const char *mode), (path, mode))
FORWARD(void *, mmap, MAP_FAILED, (void *at, size_t size, int protection, int flags, int file, off_t offset),
        (at, size, protection, flags, file, offset))
FORWARD(int, scandir, -1,
        (const char *path, struct dirent ***list, int (*take)(const struct dirent *),
         int (*compare)(const struct dirent **, const struct dirent **)),
        (path, list, take, compare))

int asprintf(char **text, const char *format, ...) {
  if (FAILS) return -1;
  va_list arguments;
  va_start(arguments, format);
  const int length = vasprintf(text, format, arguments);
  va_end(arguments);
  return length;
}
