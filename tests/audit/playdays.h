#ifndef TESTS_AUDIT_PLAYDAYS_H_
#define TESTS_AUDIT_PLAYDAYS_H_

/*
 * Days of a play in which people share phones, addresses, devices and agents, name older
 * documents, come from elsewhere, ask here and there, and ask in vain: something for
 * every fact that a policy can read.
 */

#include "playlog.h"

/* A small generator, the same in every run. */
static inline uint32_t
playdays_draw(uint64_t *seed, uint32_t n)
{

	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return ((uint32_t)(*seed >> 33) % n);
}

/* The number of a person; some are of another city, some young, some old. */
static inline void
playdays_number(char id[19], uint32_t who)
{
	char s[64];

	snprintf(s, sizeof(s), "%06d%04d0101%03d", who % 3 == 0 ? 110105 :
	    330102, 1940 + (int)(who * 7 % 75), (int)(who % 1000));
	memcpy(id, s, 17);
	id[17] = identity_check_digit(id);
	id[18] = '\0';
}

/* What is shared with others, and by whom it is brought. */
static inline void
playdays_around(struct playlog *x, uint64_t *seed, uint32_t who)
{
	char id[19], s[64];

	if (playdays_draw(seed, 2) == 0) {
		snprintf(s, sizeof(s), "138%08u", who / 3 % 40);
		play_text(x, WIRE_T_PHONE, s);
	}
	if (playdays_draw(seed, 3) == 0) {
		snprintf(s, sizeof(s), "road %u", who % 8);
		play_text(x, WIRE_T_ADDRESS, s);
	}
	if (playdays_draw(seed, 3) == 0) {
		snprintf(s, sizeof(s), "device-%u", who % 20);
		play_text(x, WIRE_T_DEVICE, s);
	}
	if (playdays_draw(seed, 12) == 0) {
		playdays_number(id, who ^ 1);
		play_number(x, WIRE_T_PREV_ID_TYPE, LK_ID_RESIDENT);
		play_text(x, WIRE_T_PREV_ID_NO, id);
	}
	if (playdays_draw(seed, 10) == 0) {
		playdays_number(id, 500 + playdays_draw(seed, 3));
		play_number(x, WIRE_T_AGENT_ID_TYPE, LK_ID_RESIDENT);
		play_text(x, WIRE_T_AGENT_ID_NO, id);
		play_number(x, WIRE_T_AGENT_RELATION, LK_AGENT_OTHER);
	}
}

/* One application; issued mostly. */
static inline void
playdays_apply(struct playlog *x, uint64_t *seed, uint32_t who, int dry)
{
	static const char *const insts[] = { "abank", "bbank", "ctel" };
	static const int products[] = { LK_PRODUCT_SIM, LK_PRODUCT_BANK1,
		LK_PRODUCT_BANK2, LK_PRODUCT_CREDIT, LK_PRODUCT_ECNY };
	char id[19], s[64];
	int rc;

	playdays_number(id, who);
	play_ask(x);
	play_text(x, WIRE_T_INSTITUTION, insts[playdays_draw(seed, 3)]);
	snprintf(s, sizeof(s), "o%u", playdays_draw(seed, 3));
	play_text(x, WIRE_T_BRANCH, s);
	play_text(x, WIRE_T_TELLER, "t01");
	snprintf(s, sizeof(s), "txn-%u", ++x->txn);
	play_text(x, WIRE_T_TXN_ID, s);
	play_number(x, WIRE_T_ID_TYPE, LK_ID_RESIDENT);
	play_text(x, WIRE_T_ID_NO, id);
	play_number(x, WIRE_T_PRODUCT, products[playdays_draw(seed, 5)]);
	if (playdays_draw(seed, 6) == 0)
		play_number(x, WIRE_T_OPERATION, LK_OP_REPLACE);
	playdays_around(x, seed, who);
	if (dry)
		play_number(x, WIRE_T_FLAGS, LK_F_DRY_RUN);
	rc = play_decide(x);
	if (rc < 0)
		play_die("a check was refused");
	if (dry || (rc != LK_PASS && rc != LK_LIMIT) ||
	    playdays_draw(seed, 5) == 0)
		return;
	play_ask(x);
	play_text(x, WIRE_T_DECISION_ID, x->id);
	snprintf(s, sizeof(s), "6222%012u", x->txn);
	play_text(x, WIRE_T_CARD_REF, s);
	if (play_send(x, WIRE_CONFIRM) != LK_OK)
		play_die("a confirm was refused");
}

/* Twenty-five days, so many applications on each; the journal is closed then. */
static inline void
playdays(struct playlog *x, const char *policy, unsigned per_day)
{
	uint64_t seed = 99;
	uint32_t of, who;
	unsigned day, i;

	play_init(x, policy);
	/* One segment: the next one may not be there yet on a slow disk. */
	x->jo.segment_bytes = 16 << 20;
	play_start(x);
	for (day = 0; day < 25; day++) {
		for (i = 0; i < per_day; i++) {
			/* A few come again and again. */
			of = playdays_draw(&seed, 3) == 0 ? 12 : 150;
			who = playdays_draw(&seed, of);
			playdays_apply(x, &seed, who,
			    playdays_draw(&seed, 20) == 0);
			play_pass(x, 11 * PLAY_MINUTE);
		}
		play_settle(x);
		play_pass(x, PLAY_DAY - per_day * 11 * PLAY_MINUTE);
	}
	play_stop(x);
}

#endif
