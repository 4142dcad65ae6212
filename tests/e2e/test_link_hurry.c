/* A program that gives its node no time to ask the node above. */
#include <criterion/criterion.h>

#include <stdio.h>

#include "plugin.h"
#include "plugin/wire.h"

#include "city.h"
#include "faultproxy.h"

TestSuite(link_hurry, .timeout = 90);

#define DELAY_MS 10

/* Ask with so little time left; return the reply's flags. */
static unsigned
ask(struct client *c, const struct city_node *n, unsigned i, unsigned ms)
{
	struct wire_out *o = client_begin(c, WIRE_CHECK);
	char text[32];

	(void)snprintf(text, sizeof(text), "hurry-%u-%u", ms, i);
	wire_put_text(o, WIRE_T_INSTITUTION, n->bank);
	wire_put_text(o, WIRE_T_TXN_ID, text);
	wire_put_text(o, WIRE_T_BRANCH, "001");
	(void)snprintf(text, sizeof(text), "t%u", i);
	wire_put_text(o, WIRE_T_TELLER, text);
	wire_put_u32(o, WIRE_T_ID_TYPE, LK_ID_RESIDENT);
	wire_put_text(o, WIRE_T_ID_NO, ms > DELAY_MS ? "330102198506150016" :
	    "11010119900307002X");
	wire_put_u32(o, WIRE_T_OPERATION, LK_OP_NEW);
	wire_put_u32(o, WIRE_T_PRODUCT, LK_PRODUCT_BANK1);
	wire_put_u32(o, WIRE_T_CHANNEL, LK_CHANNEL_COUNTER);
	wire_put_u32(o, WIRE_T_REMAINING_MS, ms);
	cr_assert_eq(client_call(c), LK_OK);
	return (wire_u32(&c->f, WIRE_T_RESULT_FLAGS, 0));
}

/* It hears that the node above was not asked; everybody else's people are asked about. */
Test(link_hurry, harms_nobody_else)
{
	struct city_node *city, *b;
	struct city *c = city_two(&city, &b);
	struct faultproxy *line = faultproxy_open(city->port);
	struct client *hasty, *other;
	unsigned i;

	b->via = faultproxy_port(line);
	city_start(city);
	faultproxy_delay(line, DELAY_MS, 0);
	city_start(b);
	city_linked(b, 0);
	hasty = client_open(b->d, b->bank);
	other = client_open(b->d, b->bank);
	for (i = 0; i < 12; i++)
		cr_assert(ask(hasty, b, i, 2) & LK_R_OFFLINE);
	cr_assert_eq(ask(other, b, 0, 10000) & LK_R_OFFLINE, 0);
	cr_assert_eq(city_said(b, "deciding here until"), 0);
	client_close(hasty);
	client_close(other);
	city_end(c);
	faultproxy_close(line);
}
