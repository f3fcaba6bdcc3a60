/* software.c - operating system, this build, the libraries under the kernels, OpenMP and the variables that steer them.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "build.h"
#include "files.h"
#include "git.h"
#include "collect.h"

#include "gconv.h"

#include <gnu/libc-version.h>
#include <omp.h>
#include <stdlib.h>
#include <sys/utsname.h>

static void collect_system(facts *f) {
  static const file_fact files[] = {
      {"clocksource", "/sys/devices/system/clocksource/clocksource0/current_clocksource", NULL, false},
  };
  char name[FACT_VALUE_MAX];
  struct utsname system;
  if (read_field("/etc/os-release", "PRETTY_NAME", '=', name, sizeof name))
    facts_text(f, "system", "distribution", "%s", name);
  else
    facts_unknown(f, "system", "distribution", "no /etc/os-release");
  if (!uname(&system)) {
    facts_text(f, "system", "kernel", "%s %s", system.sysname, system.release);
    facts_text(f, "system", "kernel_version", "%s", system.version);
    facts_text(f, "system", "machine", "%s", system.machine);
  }
  facts_text(f, "system", "libc", "glibc %s", gnu_get_libc_version());
  facts_files(f, "system", files, sizeof files / sizeof *files);
}

static void collect_build(facts *f) {
  facts_text(f, "build", "gconv", "%s", gconv_version());
  if (*GIT_COMMIT)
    facts_text(f, "build", "commit", "%s", GIT_COMMIT);
  else
    facts_unknown(f, "build", "commit", "not built in a git repository");
  if (GIT_DIRTY >= 0)
    facts_flag(f, "build", "dirty", GIT_DIRTY);
  else
    facts_unknown(f, "build", "dirty", "not built in a git repository");
  facts_text(f, "build", "compiler", "%s", BUILD_COMPILER);
  facts_text(f, "build", "type", "%s", BUILD_TYPE);
  facts_text(f, "build", "flags", "%s", BUILD_FLAGS);
}

static void collect_libraries(facts *f) {
  gconv_library libraries[8];
  const int count = gconv_libraries(gconv_isa_detect(), libraries, 8);
  for (int i = 0; i < count && i < 8; i++) facts_text(f, "libraries", libraries[i].name, "%s", libraries[i].text);
  facts_text(f, "libraries", "benchmark", "Google Benchmark %s", BUILD_BENCHMARK);
}

static void collect_openmp(facts *f) {
  static const char *const binds[] = {"false", "true", "primary", "close", "spread"}; /* omp_proc_bind_t */
  const int bind = (int)omp_get_proc_bind();
  facts_number(f, "openmp", "version", _OPENMP);
  facts_number(f, "openmp", "max_threads", omp_get_max_threads());
  facts_number(f, "openmp", "processors", omp_get_num_procs());
  facts_text(f, "openmp", "proc_bind", "%s", bind >= 0 && bind < 5 ? binds[bind] : "unknown");
  facts_number(f, "openmp", "places", omp_get_num_places());
  facts_flag(f, "openmp", "dynamic", omp_get_dynamic());
}

/* A variable that is not set is a fact too: null. */
static void collect_variables(facts *f) {
  static const char *const names[] = {
      "OMP_NUM_THREADS",
      "OMP_PROC_BIND",
      "OMP_PLACES",
      "OMP_WAIT_POLICY",
      "OMP_DYNAMIC",
      "OMP_THREAD_LIMIT",
      "GOMP_CPU_AFFINITY",
      "GOMP_SPINCOUNT",
      "KMP_AFFINITY",
      "KMP_BLOCKTIME",
      "OPENBLAS_CORETYPE",
      "OPENBLAS_NUM_THREADS",
      "OPENBLAS_L2_SIZE",
      "BLIS_ARCH_TYPE",
      "BLIS_NUM_THREADS",
      "MKL_NUM_THREADS",
      "MKL_ENABLE_INSTRUCTIONS",
      "ONEDNN_MAX_CPU_ISA",
      "DNNL_MAX_CPU_ISA",
      "ONEDNN_CPU_ISA_HINTS",
      "ONEDNN_PRIMITIVE_CACHE_CAPACITY",
      "LIBXSMM_TARGET",
      "GLIBC_TUNABLES",
      "LD_PRELOAD",
      "LD_LIBRARY_PATH",
      "GCONV_SHAPES",
  };
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    const char *value = getenv(names[i]);
    if (value)
      facts_text(f, "environment", names[i], "%s", value);
    else
      facts_unknown(f, "environment", names[i], "not set");
  }
}

void collect_software(facts *f) {
  collect_system(f);
  collect_build(f);
  collect_libraries(f);
  collect_openmp(f);
  collect_variables(f);
}
