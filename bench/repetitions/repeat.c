/* repeat.c - the rule. A round is never longer than the first one: it may be the last that is needed. */
#include "repeat.h"

#include <math.h>

/* Too few repetitions have no interval: then their number was limited by the budget, and more are not to be had. */
static bool precise(const repeat_rule *rule, const sample_list *samples) {
  figures f = samples_figures(samples, rule->planned);
  const bool wide = !figures_known(&f) || f.stats.ci_hi - f.stats.ci_lo > rule->precision * f.stats.median;
  figures_free(&f);
  return !wide;
}

int repeat_wanted(const repeat_rule *rule, const sample_list *samples, double spent) {
  const int here = samples->timed - samples->joined;
  if (here == 0) return 0;
  const double affordable = (rule->budget - spent) / fmax(spent / here, 1e-9);
  if (affordable < 1 || (samples_clean(samples) >= rule->planned && precise(rule, samples))) return 0;
  return affordable >= rule->planned ? rule->planned : (int)affordable;
}
