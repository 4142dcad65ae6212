#ifndef DEMO_LISTS_H_
#define DEMO_LISTS_H_

/*
 * What the centre of the invented prefecture knows: the files that its staff would import,
 * from the truth in a plan.
 */

struct plan;

/**
 * lists_write(dir, plan): Write dir/<list>.csv for each list that the plan names, as
 * "liangka list import" takes them, and dir/outlets.csv for "liangka outlet import".
 * Return 0, or -1 with the reason on standard error.
 */
int lists_write(const char *dir, const struct plan *plan);

#endif /* !DEMO_LISTS_H_ */
