#ifndef DEMO_DAY_ROW_H_
#define DEMO_DAY_ROW_H_

#include "day.h"

/**
 * day_row(d, a): Ask one row and do what follows it.  [any thread]
 */
void day_row(struct day *d, struct day_answer *a);

#endif /* !DEMO_DAY_ROW_H_ */
