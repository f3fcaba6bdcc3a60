/* cpu.c - processor, caches, memory, and what a virtual machine or container takes away from them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "files.h"
#include "collect.h"

#include "gconv.h"

#include <omp.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

static const char cpuinfo[] = "/proc/cpuinfo";

static void collect_field(facts *f, const char *key, const char *field) {
  char value[FACT_VALUE_MAX];
  if (read_field(cpuinfo, field, ':', value, sizeof value))
    facts_text(f, "cpu", key, "%s", value);
  else
    facts_unknown(f, "cpu", key, "not in /proc/cpuinfo");
}

static void collect_isas(facts *f) {
  char list[64] = "";
  const unsigned mask = gconv_isa_detect();
  for (int isa = 0; isa < GCONV_ISAS; isa++)
    if (mask & 1u << isa)
      snprintf(list + strlen(list), sizeof list - strlen(list), "%s%s", isa ? " " : "", gconv_isa_name((gconv_isa)isa));
  facts_text(f, "cpu", "isas", "%s", list);
}

/* Of the flags of /proc/cpuinfo those that convolution code makes use of. */
static void collect_vector_flags(facts *f) {
  static const char *const wanted[] = {"sse4_2",   "avx",      "f16c",     "fma",         "avx2",        "avx_vnni",
                                       "avx512f",  "avx512bw", "avx512dq", "avx512vl",    "avx512_vnni", "avx512_bf16",
                                       "amx_tile", "amx_bf16", "amx_int8", "avx512_fp16", "asimd",       "sve"};
  char flags[8192], list[FACT_VALUE_MAX] = "";
  if (!read_field(cpuinfo, "flags", ':', flags, sizeof flags) &&
      !read_field(cpuinfo, "Features", ':', flags, sizeof flags)) {
    facts_unknown(f, "cpu", "vector_flags", "not in /proc/cpuinfo");
    return;
  }
  for (char *rest = flags, *word; (word = strtok_r(rest, " ", &rest));)
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
      if (!strcmp(word, wanted[i]))
        snprintf(list + strlen(list), sizeof list - strlen(list), "%s%s", *list ? " " : "", word);
  facts_text(f, "cpu", "vector_flags", "%s", list);
}

static void collect_hypervisor(facts *f) {
#if defined(__x86_64__)
  unsigned a, b, c, d;
  const bool virtual = __get_cpuid(1, &a, &b, &c, &d) && c & 1u << 31;
  facts_flag(f, "cpu", "virtual_machine", virtual);
  if (!virtual) {
    facts_text(f, "cpu", "hypervisor", "none");
    return;
  }
  __cpuid(0x40000000, a, b, c, d); /* outside the range __get_cpuid checks */
  char vendor[13] = "";
  memcpy(vendor, &b, 4), memcpy(vendor + 4, &c, 4), memcpy(vendor + 8, &d, 4);
  facts_text(f, "cpu", "hypervisor", "%.*s", (int)strcspn(vendor, " "), *vendor ? vendor : "does not say its name");
#else
  facts_unknown(f, "cpu", "virtual_machine", "only looked for on x86-64");
#endif
}

/* What container managers leave in the file system of a container. */
static void collect_container(facts *f) {
  static const struct {
    const char *path, *name;
  } marks[] = {{"/.dockerenv", "Docker"}, {"/run/.containerenv", "Podman"}, {"/dev/lxd", "LXD"}};
  char manager[FACT_VALUE_MAX];
  if (read_line("/run/systemd/container", manager, sizeof manager)) {
    facts_text(f, "cpu", "container", "%s", manager);
    return;
  }
  for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
    if (!access(marks[i].path, F_OK)) {
      facts_text(f, "cpu", "container", "%s", marks[i].name);
      return;
    }
  const bool kubernetes = getenv("KUBERNETES_SERVICE_HOST");
  facts_text(f, "cpu", "container", "%s", kubernetes ? "Kubernetes" : "none seen");
}

/* CPUs of `set` that are the first of their core; 0 if the topology is not visible. */
static int count_cores(const cpu_set_t *set) {
  int cores = 0;
  for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
    char path[96], line[256];
    if (!CPU_ISSET(cpu, set)) continue;
    snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%d/topology/thread_siblings_list", cpu);
    if (!read_line(path, line, sizeof line)) return 0;
    bool first = true; /* of the siblings that this process may use */
    for (char *rest = line, *item; first && (item = strtok_r(rest, ",", &rest));) {
      const long low = strtol(item, &item, 10), high = *item == '-' ? strtol(item + 1, NULL, 10) : low;
      for (long sibling = low; sibling <= high && sibling < cpu; sibling++) first &= !CPU_ISSET((int)sibling, set);
    }
    cores += first;
  }
  return cores;
}

/* The CPUs of the process. With OMP_PROC_BIND the OpenMP runtime has already bound this thread to one place: then those
 * of all places. */
static bool find_cpus(cpu_set_t *set) {
  CPU_ZERO(set);
  for (int place = 0; place < omp_get_num_places(); place++) {
    int cpus[CPU_SETSIZE];
    const int count = omp_get_place_num_procs(place);
    if (count > CPU_SETSIZE) return false;
    omp_get_place_proc_ids(place, cpus);
    for (int i = 0; i < count; i++)
      if (cpus[i] < CPU_SETSIZE) CPU_SET(cpus[i], set);
  }
  return CPU_COUNT(set) > 0 || !sched_getaffinity(0, sizeof *set, set);
}

/* Different values of a file of the topology among the CPUs of `set`; 0 if it is not visible. */
static int count_units(const cpu_set_t *set, const char *file) {
  int seen[CPU_SETSIZE], units = 0;
  for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
    char path[128], line[64];
    if (!CPU_ISSET(cpu, set)) continue;
    snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%d/topology/%s", cpu, file);
    if (!read_line(path, line, sizeof line)) return 0;
    const int unit = atoi(line);
    int known = 0;
    while (known < units && seen[known] != unit) known++;
    if (known == units) seen[units++] = unit;
  }
  return units;
}

static void collect_cpus(facts *f) {
  const int usable = omp_get_num_procs();
  cpu_set_t set;
  facts_number(f, "cpu", "cpus_online", sysconf(_SC_NPROCESSORS_ONLN));
  facts_number(f, "cpu", "cpus_usable", usable);
  const bool found = find_cpus(&set) && CPU_COUNT(&set) >= usable;
  const struct {
    const char *key;
    int count;
  } units[] = {{"cores_usable", found ? count_cores(&set) : 0},
               {"packages_usable", found ? count_units(&set, "physical_package_id") : 0}};
  for (size_t i = 0; i < sizeof units / sizeof *units; i++)
    if (units[i].count)
      facts_number(f, "cpu", units[i].key, units[i].count);
    else
      facts_unknown(f, "cpu", units[i].key, "topology not visible here");
}

static void collect_caches(facts *f) {
  const gconv_caches caches = gconv_caches_detect();
  const struct {
    const char *bytes_key, *source_key;
    size_t bytes;
    bool known;
  } levels[] = {{"l1d_bytes", "l1d_source", caches.l1d, caches.l1d_known},
                {"l2_bytes", "l2_source", caches.l2, caches.l2_known},
                {"l3_bytes", "l3_source", caches.l3, caches.l3_known}};
  for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
    facts_number(f, "caches", levels[i].bytes_key, (int64_t)levels[i].bytes);
    facts_text(f, "caches", levels[i].source_key, "%s", levels[i].known ? "CPUID" : "assumed, nothing tells");
  }
}

static void collect_memory(facts *f) {
  char available[64];
  facts_number(f, "memory", "total_bytes", (int64_t)gconv_memory_bytes());
  if (read_field("/proc/meminfo", "MemAvailable", ':', available, sizeof available))
    facts_number(f, "memory", "available_bytes", strtoll(available, NULL, 10) * 1024); /* the file counts kB */
  else
    facts_unknown(f, "memory", "available_bytes", "not in /proc/meminfo");
}

/* The file lists their numbers: "0" is one node. */
static void collect_nodes(facts *f) {
  char list[FACT_VALUE_MAX];
  const int nodes = read_line("/sys/devices/system/node/online", list, sizeof list) ? count_in_list(list) : 0;
  if (nodes)
    facts_number(f, "memory", "numa_nodes", nodes);
  else
    facts_unknown(f, "memory", "numa_nodes", "not visible here");
}

void collect_cpu(facts *f) {
  static const file_fact frequency[] = {
      {"governor", "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", NULL, false},
      {"max_khz", "/sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq", NULL, false},
      {"boost", "/sys/devices/system/cpu/cpufreq/boost", "/sys/devices/system/cpu/intel_pstate/no_turbo", false},
      {"cpu_quota", "/sys/fs/cgroup/cpu.max", "/sys/fs/cgroup/cpu/cpu.cfs_quota_us", true},
      {"load_average", "/proc/loadavg", NULL, false},
  };
  static const file_fact memory[] = {
      {"limit", "/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes", true},
      {"transparent_hugepages", "/sys/kernel/mm/transparent_hugepage/enabled", NULL, false},
  };
  collect_field(f, "model", "model name");
  collect_field(f, "vendor", "vendor_id");
  collect_field(f, "family_number", "cpu family");
  collect_field(f, "model_number", "model");
  collect_field(f, "stepping", "stepping");
  collect_field(f, "microcode", "microcode");
  collect_field(f, "mhz_now", "cpu MHz");
  collect_isas(f);
  collect_vector_flags(f);
  collect_hypervisor(f);
  collect_container(f);
  collect_cpus(f);
  facts_files(f, "cpu", frequency, sizeof frequency / sizeof *frequency);
  collect_caches(f);
  collect_memory(f);
  collect_nodes(f);
  facts_files(f, "memory", memory, sizeof memory / sizeof *memory);
}
