#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "plugin.h"
#include "plugin/wire.h"

#include "fleetlist.h"
#include "fleettext.h"
#include "json.h"
#include "linkstatus.h"
#include "tool.h"
#include "width.h"

#define LABEL 16

static const struct word words_link_state[] = {
	{ "down", "断开", WIRE_ABOVE_DOWN },
	{ "up", "已连", WIRE_ABOVE_UP },
	{ "probing", "已连，试询中", WIRE_ABOVE_PROBING },
	{ NULL, NULL, 0 }
};

/* Read it from a reply. */
void
linkstatus_read(struct linkstatus *s, const struct wire_fields *f)
{

	memset(s, 0, sizeof(*s));
	s->held = wire_u32(f, WIRE_T_HELD, 0) != 0;
	(void)wire_copy(f, WIRE_T_ABOVE_NAME, s->name, sizeof(s->name));
	s->state = (int32_t)wire_u32(f, WIRE_T_ABOVE_STATE, 0);
	(void)wire_copy(f, WIRE_T_ABOVE_COUNTS, s->counts, sizeof(s->counts));
	(void)wire_copy(f, WIRE_T_ABOVE_WHY, s->why, sizeof(s->why));
	s->up = wire_u64(f, WIRE_T_NODES_UP, 0);
	s->known = wire_u64(f, WIRE_T_NODES_KNOWN, 0);
}

/* Begin a line. */
static void
label(const struct tool *t, const char *zh, const char *en)
{

	(void)fputs("  ", t->out);
	width_pad(t->out, tool_zh(t, zh, en), LABEL);
}

/* Write it for a person. */
void
linkstatus_print(const struct tool *t, const struct linkstatus *s)
{
	const char *state = words_name(words_link_state, s->state,
	    t->language == LK_LANG_ZH);
	char buf[FLEETTEXT_CELL];
	uint64_t queued;

	if (s->held) {
		label(t, "冻结", "HELD");
		(void)fprintf(t->out, "%s%s%s\n", tool_paint(t, TOOL_RED),
		    tool_zh(t, "上级判定本节点磁盘被回退：不受理任何业务，须由上级重新接纳",
		    "the node above has found this disk wound back: nothing is "
		    "recorded until it readmits this node"), tool_paint(t,
		    TOOL_PLAIN));
	}
	if (s->name[0] != '\0') {
		label(t, "上级节点", "node above");
		width_put(t->out, s->name);
		(void)fprintf(t->out, "  %s%s%s", tool_paint(t, s->state ==
		    WIRE_ABOVE_UP ? TOOL_GREEN : TOOL_YELLOW), state != NULL ?
		    state : "?", tool_paint(t, TOOL_PLAIN));
		(void)fleettext_counts(t, s->counts, buf);
		if (buf[0] != '\0')
			(void)fprintf(t->out, tool_zh(t, "（%s）", "  (%s)"),
			    buf);
		if (fleetlist_count(s->counts, "queued", &queued) == 0 &&
		    queued > 0)
			(void)fprintf(t->out, tool_zh(t, "，待上报 %" PRIu64,
			    ", to be told: %" PRIu64), queued);
		(void)fputc('\n', t->out);
		if (s->why[0] != '\0') {
			label(t, "", "");
			width_put(t->out, s->why);
			(void)fputc('\n', t->out);
		}
	}
	if (s->known > 0) {
		label(t, "下级节点", "nodes below");
		(void)fprintf(t->out, tool_zh(t, "%" PRIu64 " 个，已连 %" PRIu64
		    "（见 liangka fleet）\n", "%" PRIu64 ", %" PRIu64
		    " up (see \"liangka fleet\")\n"), s->known, s->up);
	}
}

/* Write it as JSON. */
void
linkstatus_json(struct json *j, const struct linkstatus *s)
{
	uint64_t v;

	json_bool(j, "held", s->held);
	json_text(j, "above", s->name[0] != '\0' ? s->name : NULL);
	if (s->name[0] != '\0') {
		json_word(j, "above_state", words_link_state, s->state);
		if (fleetlist_count(s->counts, "asked", &v) == 0)
			json_u64(j, "above_asked", v);
		if (fleetlist_count(s->counts, "silent", &v) == 0)
			json_u64(j, "above_silent", v);
		if (s->why[0] != '\0')
			json_text(j, "above_why", s->why);
		json_bool(j, "above_breaker_open", fleetlist_open(s->counts));
	}
	json_u64(j, "nodes_known", s->known);
	json_u64(j, "nodes_up", s->up);
}
