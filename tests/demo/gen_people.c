#include "gen.h"
#include "plugin.h"

/* One of several purposes, by permille. */
struct saying {
	int32_t purpose;
	unsigned permille;
};

/* Draw one; what is left over is daily use. */
static int32_t
draw(struct gen *g, const struct saying *s, size_t n)
{
	unsigned x = prng_below(&g->rng, 1000);

	for (size_t i = 0; i < n; x -= s[i++].permille)
		if (x < s[i].permille)
			return (s[i].purpose);
	return (LK_PURPOSE_DAILY);
}

/* Tellers ask, and most people have nothing special to say. */
int32_t
gen_purpose(struct gen *g, const struct person *who)
{
	static const struct saying young[] = {{LK_PURPOSE_STUDENT, 400},
	    {LK_PURPOSE_SALARY, 100}, {LK_PURPOSE_UNKNOWN, 80}};
	static const struct saying adult[] = {{LK_PURPOSE_SALARY, 170},
	    {LK_PURPOSE_LOAN, 50}, {LK_PURPOSE_FAMILY, 50},
	    {LK_PURPOSE_UNKNOWN, 80}, {LK_PURPOSE_OTHER, 30}};
	static const struct saying old[] = {{LK_PURPOSE_PENSION, 400},
	    {LK_PURPOSE_FAMILY, 50}, {LK_PURPOSE_UNKNOWN, 80}};

	if (who->age < 23)
		return (draw(g, young, 3));
	return (who->age < 60 ? draw(g, adult, 5) : draw(g, old, 3));
}

/* The same words, as far as a stranger can choose them. */
int32_t
gen_story(struct gen *g)
{
	static const struct saying told[] = {{LK_PURPOSE_SALARY, 200},
	    {LK_PURPOSE_LOAN, 100}, {LK_PURPOSE_STUDENT, 80},
	    {LK_PURPOSE_FAMILY, 70}, {LK_PURPOSE_UNKNOWN, 50}};

	return (draw(g, told, 5));
}

/* Seven of ten from another prefecture. */
void
gen_mule(struct gen *g, struct person *who)
{

	person_make(who, &g->rng, &g->areas, g->day, 18, 32,
	    prng_chance(&g->rng, 700) ? PERSON_AWAY : PERSON_LOCAL);
}

/* Part of a ring. */
void
gen_mark(struct gen *g, struct plan_row *row, const char *ring,
    int32_t expect)
{

	row->ring = ring;
	row->expect = expect;
	row->purpose = gen_story(g);
}

/* Nobody stands at a counter, but an outlet answers for it. */
void
gen_online(struct plan_row *row, const char *device)
{

	row->channel = LK_CHANNEL_ONLINE;
	row->device = device;
}

/* Counted up. */
const char *
gen_device(struct gen *g)
{

	return (gen_text(g, "device-%06u", ++g->devices));
}
