/* watchdog.c - one timer that signals the thread that called, which is the one that waits for the kernel. No thread of
 * its own: it would be one too many among those that are counted and bound. What the handler does is not all that a
 * handler may do; but the thread was in a kernel, which allocates and prints nothing, and should it have been elsewhere
 * and get stuck, the second signal ends the process. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "watchdog.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { GRACE_SECONDS = 10 };

static struct {
  bool ready;
  timer_t timer;
  double seconds;
  void (*late)(void *context);
  void *context;
  unsigned long seen; /* pulses when the timer was last set */
} dog;

static volatile unsigned long pulses;

static void set_timer(double seconds) {
  const time_t whole = (time_t)seconds;
  const struct itimerspec when = {.it_value = {whole, (long)(1e9 * (seconds - (double)whole))}};
  dog.seen = pulses;
  if (dog.ready) timer_settime(dog.timer, 0, &when, NULL);
}

static void expire(int number) {
  if (!dog.late) return;
  if (dog.seen != pulses) {
    set_timer(dog.seconds);
    return;
  }
  sigset_t again;
  sigemptyset(&again);
  sigaddset(&again, number);
  signal(number, SIG_DFL);
  sigprocmask(SIG_UNBLOCK, &again, NULL);
  alarm(GRACE_SECONDS);
  dog.late(dog.context);
  fflush(stdout);
  _exit(EXIT_FAILURE);
}

bool watchdog_start(double seconds) {
  static const double most = 1e8; /* seconds: three years */
  struct sigaction action = {.sa_handler = expire, .sa_flags = SA_RESTART};
  struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGALRM};
  event._sigev_un._tid = gettid();
  sigemptyset(&action.sa_mask);
  dog.seconds = seconds < most ? seconds : most;
  dog.ready = !sigaction(SIGALRM, &action, NULL) && !timer_create(CLOCK_MONOTONIC, &event, &dog.timer);
  return dog.ready;
}

void watchdog_guard(void (*late)(void *context), void *context) {
  dog.late = late, dog.context = context;
  set_timer(dog.seconds);
}

void watchdog_rest(void) {
  dog.late = NULL;
  set_timer(0);
}

void watchdog_pulse(void) { pulses = pulses + 1; }
