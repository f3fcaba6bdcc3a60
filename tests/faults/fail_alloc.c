/* fail_alloc.c - loaded before all others (LD_PRELOAD), it counts the allocations of gconv's own code and lets one of
 * them fail: number GCONV_FAIL_AT, from 0. Where in the program each lies is written to the file GCONV_FAIL_LOG, a line
 * an allocation with a number for the way there through own code, the failed one last.
 *
 * Own code is the program, which has the library in it, by the caller's address: what a library below does without
 * memory (libgomp ends the process) is not ours to mend. Calls that allocate inside of libc for their caller count as
 * allocations, too. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
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

enum { DEPTH_MAX = 64, WAY_LENGTH = 4 };

static uintptr_t program_base, code_first, code_end; /* where the program was loaded, and its code */
static atomic_long count;
static long fail_at = -1;
static int log_file = -1;

/* The first object is the program. */
static int note_program(struct dl_phdr_info *info, size_t size, void *unused) {
  (void)size, (void)unused;
  for (int i = 0; i < info->dlpi_phnum && !code_end; i++) {
    const ElfW(Phdr) *part = &info->dlpi_phdr[i];
    if (part->p_type != PT_LOAD || !(part->p_flags & PF_X)) continue;
    program_base = info->dlpi_addr;
    code_first = info->dlpi_addr + part->p_vaddr;
    code_end = code_first + part->p_memsz;
  }
  return 1;
}

__attribute__((constructor)) static void begin(void) {
  const char *at = getenv("GCONV_FAIL_AT"), *log = getenv("GCONV_FAIL_LOG");
  if (at) fail_at = strtol(at, NULL, 10);
  if (log) log_file = open(log, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0666);
  void *frame;
  backtrace(&frame, 1); /* the first one loads a library, and allocates */
  dl_iterate_phdr(note_program, NULL);
}

static bool is_own(const void *address) { return (uintptr_t)address >= code_first && (uintptr_t)address < code_end; }

/* The same for calls that came the same way through the last functions of own code (FNV-1a), wherever it was loaded. */
static uint64_t way_here(void) {
  void *frames[DEPTH_MAX];
  const int depth = backtrace(frames, DEPTH_MAX);
  uint64_t hash = 0xcbf29ce484222325;
  for (int i = 0, own = 0; i < depth && own < WAY_LENGTH; i++) {
    if (!is_own(frames[i])) continue;
    own++;
    hash = (hash ^ ((uintptr_t)frames[i] - program_base)) * 0x100000001b3;
  }
  return hash;
}

/* Is this the call that fails? errno says why, as after a true one. */
static bool fails(const void *caller) {
  if (!is_own(caller)) return false;
  const bool failed = atomic_fetch_add(&count, 1) == fail_at;
  if (log_file >= 0 && (failed || fail_at < 0))
    dprintf(log_file, "%#zx %llx\n", (uintptr_t)caller - program_base, (unsigned long long)(failed ? 0 : way_here()));
  if (failed) errno = ENOMEM;
  return failed;
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
FORWARD(ssize_t, getdelim, -1, (char **line, size_t *size, int end, FILE *file), (line, size, end, file))
FORWARD(int, posix_memalign, ENOMEM, (void **memory, size_t align, size_t size), (memory, align, size))
FORWARD(int, vasprintf, -1, (char **text, const char *format, va_list list), (text, format, list))
FORWARD(DIR *, opendir, NULL, (const char *path), (path))
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

/* Operators new of C++: without memory they call the handler, and without a handler throw, which nobody here
 * catches. */
void *_Znwm(size_t size);
void *_Znam(size_t size);

static void *no_memory(void) {
  typedef void (*handler)(void);
  handler (*get)(void) = (handler(*)(void))dlsym(RTLD_DEFAULT, "_ZSt15get_new_handlerv");
  if (get && get()) get()(); // cppcheck-suppress legacyUninitvar // it does not see the initializer
  abort();
}

FORWARD(void *, _Znwm, no_memory(), (size_t size), (size))
FORWARD(void *, _Znam, no_memory(), (size_t size), (size))
