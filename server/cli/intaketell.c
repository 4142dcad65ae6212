#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "engine/day.h"
#include "lists/csvfile.h"
#include "plugin.h"

#include "intakefile.h"
#include "intaketell.h"
#include "json.h"
#include "table.h"
#include "tool.h"
#include "width.h"
#include "words.h"

#define SHOWN 10	/* bad rows on the terminal */
#define STEP_MS 200

/* Begin. */
void
intaketell_begin(struct intaketell *p, const struct tool *t,
    const struct intakefile *f, int quiet)
{
	int fd = fileno(t->err);

	memset(p, 0, sizeof(*p));
	p->t = t;
	p->f = f;
	p->on = !quiet && !t->json && fd >= 0 && isatty(fd);
	p->begun = t->now_ms();
	p->from = f->resumed ? f->mark.rows : 0;
}

/* Take the line away. */
void
intaketell_clear(struct intaketell *p)
{

	if (p->shown)
		(void)fputs("\r\33[K", p->t->err);
	p->shown = 0;
}

/* Say how far it is. */
void
intaketell_step(struct intaketell *p, const struct intake_counts *c)
{
	int64_t now, ms;
	uint64_t rate, done, left;

	if (!p->on || (now = p->t->now_ms()) - p->told < STEP_MS)
		return;
	p->told = now;
	ms = now - p->begun > 0 ? now - p->begun : 1;
	rate = (c->rows - p->from) * 1000 / (uint64_t)ms;
	p->shown = 1;
	(void)fprintf(p->t->err, tool_zh(p->t, "\r\33[K%" PRIu64 " 行，每秒 %"
	    PRIu64, "\r\33[K%" PRIu64 " rows, %" PRIu64 "/s"), c->rows, rate);
	done = csvfile_bytes(p->f->csv);
	if (S_ISREG(p->f->st.st_mode) && done > 0 &&
	    done <= (uint64_t)p->f->st.st_size) {
		left = ((uint64_t)p->f->st.st_size - done) * (uint64_t)ms /
		    done / 1000;
		(void)fprintf(p->t->err, tool_zh(p->t, "，%d%%，还需约 %" PRIu64
		    " 秒", ", %d%%, about %" PRIu64 " s left"),
		    (int)(done * 100 / (uint64_t)p->f->st.st_size), left);
	}
	(void)fflush(p->t->err);
}

/* A bad row. */
void
intaketell_bad(struct intaketell *p, uint64_t line, size_t column,
    const char *why)
{
	FILE *err = p->t->err;

	if (p->t->json || ++p->bad > SHOWN + 1)
		return;
	intaketell_clear(p);
	if (p->bad > SHOWN) {
		(void)fputs(tool_zh(p->t, "……其余只计数\n",
		    "... the others are only counted\n"), err);
		return;
	}
	width_put(err, p->f->name);
	(void)fprintf(err, ":%" PRIu64 ":", line);
	if (column != 0)
		(void)fprintf(err, "%zu:", column);
	(void)fputc(' ', err);
	width_put(err, why);
	(void)fputc('\n', err);
}

/* As JSON. */
static void
tell_json(const struct tool *t, const struct intakefile *f,
    const struct intake_result *r, int dry, const char *changed, int64_t ms)
{
	char day[DAY_TEXT];
	struct json j;
	size_t i;

	json_begin(&j, t->out);
	json_text(&j, "file", f->path);
	json_text(&j, "sha256", f->hash);
	json_text(&j, "format", r->format);
	json_text(&j, "encoding", csvfile_encoding_name(csvfile_encoding(
	    f->csv)));
	json_bool(&j, "dry_run", dry);
	json_bool(&j, "resumed", f->resumed);
	json_text(&j, "file_changed", changed);
	json_u64(&j, "rows", r->c.rows);
	json_u64(&j, "new", r->c.fresh);
	json_u64(&j, "known", r->c.known);
	json_u64(&j, "merged", r->c.merged);
	json_u64(&j, "closed", r->c.closed);
	json_u64(&j, "ambiguous", r->c.ambiguous);
	json_u64(&j, "rejected", r->c.rejected);
	json_u64(&j, "alerts", r->c.alerts);
	json_open(&j, "reasons");
	for (i = 1; i < INTAKEMAP_WHYS; i++)
		if (r->c.why[i] > 0)
			json_u64(&j, intakemap_why_word((int)i),
			    r->c.why[i]);
	json_end(&j);
	json_text(&j, "reject_file", r->c.rejected > 0 && f->rejected[0] !=
	    '\0' ? f->rejected : NULL);
	json_i64(&j, "ms", ms);
	json_list(&j, "totals");
	for (i = 0; i < r->ntotal; i++) {
		day_print(day, r->total[i].day);
		json_open(&j, NULL);
		json_text(&j, "institution", r->total[i].inst);
		json_text(&j, "day", day);
		json_word(&j, "product", words_product, r->total[i].product);
		json_u64(&j, "opened", r->total[i].opened);
		json_u64(&j, "closed", r->total[i].closed);
		json_end(&j);
	}
	json_close(&j);
	json_end(&j);
}

/* The totals. */
static void
tell_totals(const struct tool *t, const struct intake_result *r)
{
	const char *const heads[] = { tool_zh(t, "机构", "institution"),
		tool_zh(t, "日期", "day"), tool_zh(t, "产品", "product"),
		tool_zh(t, "开户", "opened"), tool_zh(t, "销户", "closed") };
	char day[DAY_TEXT], opened[24], closed[24];
	const char *cells[5];
	struct table *table;
	size_t i;

	if (r->ntotal == 0 || (table = table_new(t->out, 5, heads)) == NULL)
		return;
	for (i = 0; i < r->ntotal; i++) {
		day_print(day, r->total[i].day);
		(void)snprintf(opened, sizeof(opened), "%" PRIu64,
		    r->total[i].opened);
		(void)snprintf(closed, sizeof(closed), "%" PRIu64,
		    r->total[i].closed);
		cells[0] = r->total[i].inst;
		cells[1] = day;
		cells[2] = words_name(words_product, r->total[i].product,
		    t->language == LK_LANG_ZH);
		cells[2] = cells[2] != NULL ? cells[2] : "-";
		cells[3] = opened;
		cells[4] = closed;
		if (table_row(table, cells) != 0)
			break;
	}
	table_end(table);
}

/* Why rows were rejected. */
static void
tell_reasons(const struct tool *t, const struct intake_result *r)
{
	struct intakemap_fault fault = { 0, 0, 0, 0 };
	int i;

	for (i = 1; i < INTAKEMAP_WHYS; i++) {
		if (r->c.why[i] == 0)
			continue;
		fault.why = i;
		(void)fprintf(t->out, "  %8" PRIu64 "  %s\n", r->c.why[i],
		    intakemap_why_text(&fault, t->language != LK_LANG_ZH));
	}
}

/* The counts of a file. */
void
intaketell_result(const struct tool *t, const struct intakefile *f,
    const struct intake_result *r, int dry, int found, const char *changed,
    int64_t ms)
{
	const struct intake_counts *c = &r->c;

	if (t->json) {
		tell_json(t, f, r, dry, changed, ms);
		return;
	}
	width_put(t->out, f->name);
	(void)fprintf(t->out, found ? tool_zh(t, "：映射 %s（按标题行选定），%s\n",
	    ": mapping %s (found by the heading), %s\n") :
	    tool_zh(t, "：映射 %s，%s\n", ": mapping %s, %s\n"), r->format,
	    csvfile_encoding_name(csvfile_encoding(f->csv)));
	if (f->resumed)
		(void)fprintf(t->out, tool_zh(t, "  接续上次中断的导入，前 %" PRIu64
		    " 行已完成\n", "  goes on where a run was cut off; %" PRIu64
		    " rows were done\n"), f->mark.rows);
	(void)fprintf(t->out, dry ? tool_zh(t, "  试运行，%" PRIu64
	    " 行：将新增 %" PRIu64 "，已有 %" PRIu64 "，将并入 %" PRIu64
	    "，将销户 %" PRIu64 "，退回 %" PRIu64 "（其中歧义 %" PRIu64
	    "），将报警 %" PRIu64 "\n", "  rehearsal, %" PRIu64 " rows: %" PRIu64
	    " would be new, %" PRIu64 " are known, %" PRIu64
	    " would be merged,\n  %" PRIu64 " closed, %" PRIu64 " rejected (%"
	    PRIu64 " of them ambiguous); %" PRIu64 " alerts\n") : tool_zh(t,
	    "  %" PRIu64 " 行：新增 %" PRIu64 "，已有 %" PRIu64 "，并入 %" PRIu64
	    "，销户 %" PRIu64 "，退回 %" PRIu64 "（其中歧义 %" PRIu64
	    "），报警 %" PRIu64 "\n", "  %" PRIu64 " rows: %" PRIu64 " new, %"
	    PRIu64 " known, %" PRIu64 " merged, %" PRIu64 " closed,\n  %" PRIu64
	    " rejected (%" PRIu64 " of them ambiguous); %" PRIu64
	    " alerts\n"), c->rows, c->fresh, c->known, c->merged, c->closed,
	    c->rejected, c->ambiguous, c->alerts);
	tell_reasons(t, r);
	tell_totals(t, r);
	if (c->rejected > 0 && f->rejected[0] != '\0' && !dry) {
		(void)fputs(tool_zh(t, "  退回的行在 ",
		    "  The rejected rows are in "), t->out);
		width_put(t->out, f->rejected);
		(void)fputs(tool_zh(t,
		    "：\n  更正后可直接再导入；含有号码，用毕请删除。\n",
		    ":\n  mend them there and take that file in.  It holds "
		    "numbers: remove it\n  afterwards.\n"), t->out);
	}
}
