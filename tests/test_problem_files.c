/* test_problem_files.c - files of problems, benchdnn's among them: which problems they stand for, what is left out and
 * said, what is refused and where. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "common.h"
#include "padding.h"
#include "printable.h"
#include "problems.h"

#include <unistd.h>

static char file_path[64];

static void write_file(const char *text) {
  strcpy(file_path, "/tmp/gconv-problems-XXXXXX");
  const int file = mkstemp(file_path);
  assert_true(file >= 0);
  assert_int_equal(write(file, text, strlen(text)), strlen(text));
  close(file);
}

static void test_benchdnn_file(void **state) {
  (void)state;
  write_file("# a comment\n\n--reset --dir=FWD_B\n--dt=f32\n"
             "  ic8oc8ih5kh3n\"first\"  \r\n"
             "g2mb1ic8oc8ih5kh3 # another\n"
             "# ic0\n"
             "--skip-impl=ref\nic8ih7oc8oh7kh3ph1n\"#last*2\"");
  problem_list list = {0};
  assert_ok(problem_list_add(&list, file_path), file_path);
  assert_int_equal(list.count, 3);
  assert_string_equal(list.cases[0].problem.name, "first");
  assert_int_equal(list.cases[0].problem.batch, 2);
  assert_int_equal(list.cases[1].problem.groups, 2);
  assert_string_equal(list.cases[2].problem.name, "#last");
  assert_int_equal(list.cases[2].problem.multiplicity, 2);
  assert_non_null(strstr(file_path, list.cases[0].set)); /* the file's name */
  assert_non_null(strstr(list.notes, "options that are not followed: --skip-impl\n"));
  problem_list_free(&list);
  unlink(file_path);
}

static void test_bad_file_gives_the_line(void **state) {
  (void)state;
  write_file("# fine\nic8oc8ih5kh3\n\n--flag\nic8oc8ih5\n");
  char want[128];
  snprintf(want, sizeof want, "%s:5: field 'kh' is missing", file_path);
  problem_list list = {0};
  assert_ok(problem_list_add(&list, "smoke"), "smoke");
  const size_t before = list.count;
  assert_refused(problem_list_add(&list, file_path), GCONV_INVALID, want, file_path);
  assert_int_equal(list.count, before);
  char both[128];
  snprintf(both, sizeof both, "edges,%s", file_path);
  assert_refused(problem_list_add(&list, both), GCONV_INVALID, want, both);
  assert_int_equal(list.count, before);
  problem_list_free(&list);
  unlink(file_path);
}

enum { FWD = 1u << GCONV_FWD, BWD_D = 1u << GCONV_BWD_D, BWD_W = 1u << GCONV_BWD_W };

/* Lines that hold options and a descriptor, options that hold until they change, repetitions. */
static void test_benchdnn_options(void **state) {
  (void)state;
  static const struct {
    const char *text;
    int batch, groups;
    unsigned directions; /* of the last problem */
    size_t count;
    const char *note; /* NULL: none */
  } rows[] = {
      {"--conv --dir=BWD_WB g8ic8ih5iw1oc8oh2ow1kh5kw1sh2sw1ph2pw0\n", 2, 8, BWD_W, 1, NULL},
      {"g2mb3ic8oc8ih5kh3\n", 3, 2, 0, 1, NULL},
      {"--dir=FWD_D\ng2ic8oc8ih5kh3\ng4ic8oc8ih5kh3\n", 2, 4, FWD, 2, NULL},
      {"--dir=fwd_i,BWD_D,BWD_W g2ic8oc8ih5kh3", 2, 2, FWD | BWD_D | BWD_W, 1, NULL},
      {"--dir=BWD_D --mb=5 --reset g2ic8oc8ih5kh3", 2, 2, 0, 1, NULL},
      {"--dir=BWD_D --mb=5\n./benchdnn --conv g2ic8oc8ih5kh3", 2, 2, 0, 1, NULL},
      {"--mb=5 g2mb3ic8oc8ih5kh3 --mb=0 g4mb3ic8oc8ih5kh3", 3, 4, 0, 2, NULL},
      {"--mb=0,1,7 g2ic8oc8ih5kh3", 7, 2, 0, 3, NULL},
      {"--dir=FWD_B ic8oc8ih5kh3 --dir=BWD_D ic8oc8ih5kh3", 2, 1, FWD | BWD_D, 1, "left out: 1 named before"},
      {"ic8oc8ih5kh3\nic8oc8ih5kh3", 2, 1, 0, 2, NULL}, /* no options: no file of benchdnn's */
      {"--dir=BWD_W \\\n  --mb=4 \\\r\n g2ic8oc8ih5kh3", 4, 2, BWD_W, 1, NULL},
      {"--attr-post-ops=sum+\\\n   relu g2ic8oc8ih5kh3", 2, 2, 0, 1, "not followed: --attr-post-ops\n"},
      {"--dt=s8:s8:f32, \\\n  f32 g2ic8oc8ih5kh3", 2, 2, 0, 1, NULL},
      {"--dt=s8:s8:f32, \\\n u8, \\\n bf16 ic8oc8ih5kh3 --reset g2ic8oc8ih5kh3", 2, 2, 0, 1, "1 of other data types"},
      {"--match='a b' -v5 --stag=nhwc --stag=nchw g2ic8oc8ih5kh3", 2, 2, 0, 1, "followed: --match, -v, --stag\n"},
      {"--dt=f32,bf16 g2ic8oc8ih5kh3", 2, 2, 0, 1, NULL},
      {"--dt=bf16 ic8oc8ih5kh3 ic8oc8ih6kh3 --dt=f32:f32:f32 g2ic8oc8ih5kh3", 2, 2, 0, 1, "2 of other data types"},
      {"--cfg=u8s8f32 ic8oc8ih5kh3 --cfg=f32 g2ic8oc8ih5kh3", 2, 2, 0, 1, "left out: 1 of other data types"},
      {"--deconv ic8oc8ih5kh3\nic8oc8ih6kh3\n--conv g2ic8oc8ih5kh3", 2, 2, 0, 1, "left out: 2 of other drivers"},
      {"--matmul 3x2:2x1\n--reset 4x2:2x1\n--conv g2ic8oc8ih5kh3", 2, 2, 0, 1, "left out: 2 of other drivers"},
      {"ic8id5oc8ih5kh3\ng2ic8oc8ih5kh3n\"id5\"", 2, 2, 0, 1, "left out: 1 three-dimensional"},
      {"\xEF\xBB\xBFg2ic8oc8ih5kh3\r\n", 2, 2, 0, 1, NULL},
      {"\xEF\xBB\xBF# comment\r\n\r\ng2ic8oc8ih5kh3\r\n", 2, 2, 0, 1, NULL},
  };
  for (size_t i = 0; i < ROWS(rows); i++) {
    write_file(rows[i].text);
    problem_list list = {0};
    assert_ok(problem_list_add(&list, file_path), rows[i].text);
    assert_int_equal(list.count, rows[i].count);
    const problem_case *last = &list.cases[list.count - 1];
    assert_int_equal(last->problem.batch, rows[i].batch);
    assert_int_equal(last->problem.groups, rows[i].groups);
    assert_int_equal(last->directions, rows[i].directions);
    assert_true(!list.notes == !rows[i].note);
    if (list.notes) assert_non_null(strstr(list.notes, rows[i].note));
    problem_list_free(&list);
    unlink(file_path);
  }
}

/* Where it happened, and what a line of another format is. */
static void test_files_refused(void **state) {
  (void)state;
  static const struct {
    const char *text, *fragment;
  } rows[] = {
      {"\n--dir=FORWARD\n", ":2: 'FORWARD' is not a direction of benchdnn's"},
      {"--mb=x ic8oc8ih5kh3", ":1: 'x' is not a batch"},
      {"--mb=-1 ic8oc8ih5kh3", ":1: '-1' is not a batch"},
      {"--mb=1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17", ":1: more than 16 batches"},
      {"--mb=2147483647 ic512oc512ih56kh3", ":1: "},
      {"--batch=\n", ":1: no file, write --batch=FILE"},
      {"\n\n--batch=nosuch", ":3: --batch=nosuch: No such file"},
      {"--batch=/dev/zero", ":1: --batch=/dev/zero: not a file"},
      {"--matmul 3x2:2x1", ": no descriptor in it that is taken: 1 of other drivers than --conv"},
      {"--dir=FWD_B", ": no descriptor in it"},
      {"--dt=f32 \\\n --mb=1 \\\n ic8oc8ih5\n", ":1: field 'kh' is missing"},
      {"# x\nonednn_verbose,v1,primitive,exec,cpu,convolution\n", ":2: this is a line of oneDNN's verbose log"},
      {"dnnl_verbose,exec,cpu,convolution\n", "no descriptor: those look like g2mb1_ic"},
      {"./bin/MIOpenDriver conv -n 128 -c 3\n", ":1: this is a command of MIOpenDriver"},
  };
  for (size_t i = 0; i < ROWS(rows); i++) {
    write_file(rows[i].text);
    char want[256];
    snprintf(want, sizeof want, "%s%s", rows[i].fragment[0] == ':' ? file_path : "", rows[i].fragment);
    problem_list list = {0};
    assert_refused(problem_list_add(&list, file_path), GCONV_INVALID, want, rows[i].text);
    assert_int_equal(list.count, 0);
    problem_list_free(&list);
    unlink(file_path);
  }
}

static void refuse_bytes(const char *bytes, size_t size, const char *fragment) {
  write_file("");
  FILE *file = fopen(file_path, "w");
  assert_non_null(file);
  assert_int_equal(fwrite(bytes, 1, size, file), size);
  assert_int_equal(fclose(file), 0);
  char want[128];
  snprintf(want, sizeof want, "%s:2: %s", file_path, fragment);
  problem_list list = {0};
  assert_refused(problem_list_add(&list, file_path), GCONV_INVALID, want, fragment);
  problem_list_free(&list);
  unlink(file_path);
}

static void test_no_text(void **state) {
  (void)state;
  static const char nul[] = "ic8oc8ih5kh3\nic8\0oc8ih5kh3\n";
  refuse_bytes(nul, sizeof nul - 1, "a NUL byte");
  enum { LONG = 100000 };
  char *text = malloc(LONG);
  assert_non_null(text);
  memset(text, 'x', LONG);
  text[0] = '\n';
  refuse_bytes(text, LONG, "the line is longer than 65536 bytes");
  free(text);
}

/* A file inside a file, seen from the folder of the one that names it; options go on into it and out of it. */
static void test_batch_files(void **state) {
  (void)state;
  char inner[sizeof file_path], text[256];
  write_file("g4ic8oc8ih5kh3\n--dir=BWD_W\n");
  strcpy(inner, file_path);
  snprintf(text, sizeof text, "--dir=BWD_D --mb=6 --batch=%s\ng2ic8oc8ih5kh3\n", strrchr(inner, '/') + 1);
  write_file(text);
  problem_list list = {0};
  assert_ok(problem_list_add(&list, file_path), text);
  assert_int_equal(list.count, 2);
  assert_int_equal(list.cases[0].problem.groups, 4);
  assert_int_equal(list.cases[0].problem.batch, 6);
  assert_int_equal(list.cases[0].directions, BWD_D);
  assert_int_equal(list.cases[1].directions, BWD_W);
  assert_string_equal(list.cases[0].set, list.cases[1].set);
  problem_list_free(&list);

  FILE *file = fopen(inner, "w"); /* now each names the other */
  assert_non_null(file);
  fprintf(file, "\n--batch=%s\n", file_path);
  fclose(file);
  snprintf(text, sizeof text, "%s:2: --batch=%s: that file is being read already", inner, file_path);
  assert_refused(problem_list_add(&list, file_path), GCONV_INVALID, text, "a cycle");
  problem_list_free(&list);
  unlink(inner);
  unlink(file_path);
}

static void test_windows_in_padding(void **state) {
  (void)state;
  static const struct {
    const char *text;
    int rows, columns;
    bool prevails;
  } rows[] = {
      {"g1ic96ih55iw55oc3oh227ow227kh11kw11sh4sw4ph0pw0", 213, 213, true}, /* AlexNet's deconvolution in benchdnn */
      {"ic8oc8ih56kh3ph1", 0, 0, false},
      {"ic8oc8ih5kh1ph1", 2, 2, false}, /* 7 x 7, of which the middle 5 x 5 see the image */
      {"ic8oc8ih5kh1ph1_iw5kw3pw1", 2, 0, false},
      {"ic8oc8ih4oh8kh3ph4", 2, 2, false}, /* rows at -4 and -3 end before 0 */
      {"ic8oc8ih5kh3dh2ph5", 0, 0, false},
      {"ic8oc8ih5kh2dh1ph3", 2, 2, false}, /* taps at -3 and -1; behind, at 5 and 7 */
      {"ic1oc1ih1oh9kh1ph4", 8, 8, true},
  };
  for (size_t i = 0; i < ROWS(rows); i++) {
    problem_list list = {0};
    assert_ok(problem_list_add(&list, rows[i].text), rows[i].text);
    const gconv_problem *p = &list.cases[0].problem;
    int64_t want[2] = {0, 0};
    for (int y = 0; y < p->oh; y++) {
      const int64_t begin = (int64_t)y * p->stride_h - p->pad_top;
      want[0] += begin >= p->ih || begin + (int64_t)(p->kh - 1) * (p->dilation_h + 1) < 0;
    }
    for (int x = 0; x < p->ow; x++) {
      const int64_t begin = (int64_t)x * p->stride_w - p->pad_left;
      want[1] += begin >= p->iw || begin + (int64_t)(p->kw - 1) * (p->dilation_w + 1) < 0;
    }
    const padding_only only = padding_count(p);
    print_message("%s: %d %d\n", rows[i].text, only.rows, only.columns);
    assert_int_equal(only.rows, want[0]);
    assert_int_equal(only.columns, want[1]);
    assert_int_equal(only.rows, rows[i].rows);
    assert_int_equal(only.columns, rows[i].columns);
    assert_int_equal(padding_prevails(p), rows[i].prevails);
    assert_int_equal(list.notes != NULL, rows[i].rows || rows[i].columns);
    problem_list_free(&list);
  }
  problem_list list = {0};
  assert_ok(problem_list_add(&list, "edges,smoke"), "our own sets");
  assert_null(list.notes);
  problem_list_free(&list);
  write_file("ic1oc1ih1oh3kh1ph1\nic1oc1ih1oh5kh1ph2\nic1oc1ih1oh7kh1ph3\nic1oc1ih1oh9kh1ph4\nic1oc1ih1oh3kh1ph1\n");
  assert_ok(problem_list_add(&list, file_path), file_path);
  assert_non_null(strstr(list.notes, "ph1: 2 of 3 rows and 2 of 3 columns of the output see only padding"));
  assert_non_null(strstr(list.notes, "is it a deconvolution?"));
  assert_non_null(strstr(list.notes, "with 2 more problems"));
  problem_list_free(&list);
  unlink(file_path);
}

/* What goes into tables and JSON is UTF-8 whatever the file is. */
static void test_printable(void **state) {
  (void)state;
  static const struct {
    const char *text, *want;
  } rows[] = {
      {"plain", "plain"},
      {"caf\xE9", "caf?"},
      {"caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80", "caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80"},
      {"cut \xE2\x82", "cut ??"},
      {"\xC0\xAF \xED\xA0\x80 \xF5\x80\x80\x80", "?? ??? ????"},
      {"a\033[2Jb\n", "a?[2Jb?"},
  };
  for (size_t i = 0; i < ROWS(rows); i++) {
    char text[64];
    strcpy(text, rows[i].text);
    assert_string_equal(printable(text), rows[i].want);
  }
  write_file("ic8oc8ih5kh3n\"caf\xE9\"\n");
  problem_list list = {0};
  assert_ok(problem_list_add(&list, file_path), file_path);
  assert_string_equal(list.cases[0].problem.name, "caf?");
  problem_list_free(&list);
  unlink(file_path);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_benchdnn_file),    cmocka_unit_test(test_bad_file_gives_the_line),
      cmocka_unit_test(test_benchdnn_options), cmocka_unit_test(test_files_refused),
      cmocka_unit_test(test_no_text),          cmocka_unit_test(test_batch_files),
      cmocka_unit_test(test_printable),        cmocka_unit_test(test_windows_in_padding),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
