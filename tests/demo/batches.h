#ifndef DEMO_BATCHES_H_
#define DEMO_BATCHES_H_

/*
 * The batches that employers and schools told the centre of beforehand: what its staff
 * would register as campaigns, from the column `campaign` of a plan.
 */

struct plan;

/**
 * batches_write(dir, plan): Write dir/campaigns.txt, a campaign a line:
 * id|credit code of the employer|outlets|products|people|rules to lift|title, with
 * commas within a field.  Those who have an employer are registered by it, others by
 * the outlets that they go to; of people a tenth more than come.  Return 0, or -1 with
 * the reason on standard error.
 */
int batches_write(const char *dir, const struct plan *plan);

#endif /* !DEMO_BATCHES_H_ */
