#include "gen.h"
#include "plugin.h"

/* What the people of a ring have in common. */
struct bond {
	const char *group;
	const char *prefix;
	int rings, people;
	int phone, address, agent, device;
};

static const struct bond bonds[] = {
	{"ring-contact", "contact", 4, 6, 1, 1, 0, 0},
	{"ring-phone", "phone", 4, 6, 1, 0, 0, 0},
	{"ring-address", "address", 4, 6, 0, 1, 0, 0},
	{"ring-driver", "driver", 3, 5, 0, 0, 1, 0},
	{"ring-device", "device", 4, 5, 0, 0, 0, 1},
};

/* What one of them asks for: what can be sold.  Class I is not opened from home. */
static struct plan_row *
ask(struct gen *g, const struct bond *bond, struct person *who, int clock)
{
	int32_t product;
	int outlet;

	if (!bond->device) {
		do {
			outlet = gen_wish(g, who, &product);
		} while (product == LK_PRODUCT_SOCIAL ||
		    product == LK_PRODUCT_CREDIT);
		return (gen_check(g, who, outlet, product, clock, bond->group));
	}
	outlet = prng_chance(&g->rng, 600) ? gen_bank(g) : gen_carrier(g);
	product = g->town.outlet[outlet].institution < TOWN_BANKS ?
	    LK_PRODUCT_BANK2 : LK_PRODUCT_SIM;
	return (gen_check(g, who, outlet, product, clock, bond->group));
}

/*
 * People who do not know each other share the organiser's phone, the flat to which the
 * cards go, who drives them, or the device on which all is applied for.  The first two
 * could be anybody.
 */
static void
shared(struct gen *g, const struct bond *bond, int n)
{
	const char *ring = gen_text(g, "%s-%02d", bond->prefix, n);
	struct person boss, who;

	person_make(&boss, &g->rng, &g->areas, g->day, 25, 45, PERSON_MIXED);
	const char *phone = gen_text(g, "%s", boss.phone);
	const char *address = gen_text(g, "%s", boss.address);
	const char *agent = gen_text(g, "%s", boss.id_no);
	const char *device = gen_device(g);
	int clock = gen_clock(g, 9, 11);
	for (int i = 0; i < bond->people; i++) {
		gen_mule(g, &who);
		gen_past(g, &who, 1);
		struct plan_row *row = ask(g, bond, &who, clock + i * 2700);
		gen_mark(g, row, ring, i < 2 ? PLAN_ANY : PLAN_HOLD);
		row->note = "of people from here the first four pass, as a family "
		    "does";
		if (bond->phone)
			row->phone = phone;
		if (bond->address)
			row->address = address;
		if (bond->device)
			gen_online(row, device);
		if (!bond->agent)
			continue;
		row->agent_type = LK_ID_RESIDENT;
		row->agent_no = agent;
		row->relation = LK_AGENT_OTHER;
	}
}

/* One carer brings old people to one outlet after the other. */
static void
shared_agent(struct gen *g, int n)
{
	const char *ring = gen_text(g, "agent-%02d", n);
	struct person carer, who;

	person_make(&carer, &g->rng, &g->areas, g->day, 25, 45, PERSON_AWAY);
	const char *agent = gen_text(g, "%s", carer.id_no);
	int clock = gen_clock(g, 9, 11);
	for (int i = 0; i < 5; i++) {
		person_make(&who, &g->rng, &g->areas, g->day, 70, 88,
		    PERSON_LOCAL);
		struct plan_row *row = gen_check(g, &who, gen_bank(g),
		    LK_PRODUCT_BANK1, clock + i * GEN_HOUR, "ring-agent");
		gen_mark(g, row, ring, i < 2 ? PLAN_ANY : PLAN_HOLD_MUST);
		row->purpose = gen_purpose(g, &who);
		row->agent_type = LK_ID_RESIDENT;
		row->agent_no = agent;
		row->relation = LK_AGENT_CARER;
	}
}

/* Rings that only what they share gives away. */
void
gen_shared_rings(struct gen *g)
{
	for (size_t k = 0; k < sizeof(bonds) / sizeof(bonds[0]); k++)
		for (int i = 1; i <= bonds[k].rings; i++)
			shared(g, &bonds[k], i);
	for (int i = 1; i <= 3; i++)
		shared_agent(g, i);
}
