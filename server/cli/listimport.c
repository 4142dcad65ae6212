#include <inttypes.h>
#include <stdio.h>

#include "engine/category.h"
#include "lists/csvfile.h"
#include "lists/import.h"
#include "plugin.h"

#include "json.h"
#include "listimport.h"
#include "tool.h"
#include "width.h"

/* The counts as JSON. */
static void
tell_json(const struct tool *t, const struct listimport *r,
    const struct import_result *x)
{
	struct json j;
	int i;

	json_begin(&j, t->out);
	json_text(&j, "file", r->path);
	json_text(&j, "list", r->list);
	json_text(&j, "encoding", csvfile_encoding_name(
	    r->encoding));
	json_bool(&j, "dry_run", r->dry);
	json_u64(&j, "rows", x->rows);
	json_u64(&j, "taken", x->taken);
	json_u64(&j, "same", x->same);
	json_u64(&j, "rejected", x->rejected);
	json_open(&j, "reasons");
	for (i = 1; i < IMPORT_REASONS; i++)
		if (x->reason[i] > 0)
			json_u64(&j, import_reason_word(i), x->reason[i]);
	json_end(&j);
	json_open(&j, "notes");
	for (i = 0; i < IMPORT_DOUBTS; i++)
		if (x->doubts[i] > 0)
			json_u64(&j, import_doubt_word(i), x->doubts[i]);
	json_end(&j);
	json_text(&j, "ignored_columns", x->ignored[0] != '\0' ? x->ignored :
	    NULL);
	json_text(&j, "reject_file", x->rejected > 0 && !r->dry ? r->reject :
	    NULL);
	json_end(&j);
}

/* The words that would have been understood. */
static void
tell_words(const struct tool *t, const struct listimport *r,
    const struct import_result *x)
{
	int zh = t->language == LK_LANG_ZH, i, n = 0;

	for (i = 1; x->reason[IMPORT_CATEGORY] > 0 && i < CATEGORIES; i++)
		if ((category_subjects(i) & 1u << r->subject) != 0)
			(void)fprintf(t->out, "%s%s", n++ == 0 ? tool_zh(t,
			    "  可用的类别：", "  categories: ") : tool_zh(t,
			    "、", ", "), zh ? category_text(i, 0) :
			    category_name(i));
	if (n > 0)
		(void)fputc('\n', t->out);
	n = 0;
	for (i = 1; x->reason[IMPORT_BASIS] > 0 && i < BASES; i++)
		(void)fprintf(t->out, "%s%s", n++ == 0 ? tool_zh(t,
		    "  可用的法律依据：", "  legal bases: ") : tool_zh(t, "、",
		    ", "), zh ? basis_text(i, 0) : basis_name(i));
	if (n > 0)
		(void)fputc('\n', t->out);
}

/* The counts for people. */
static void
tell(const struct tool *t, const struct listimport *r,
    const struct import_result *x)
{
	int english = t->language != LK_LANG_ZH, i;

	width_put(t->out, r->name);
	(void)fprintf(t->out, tool_zh(t, "：%s，%" PRIu64 " 行 → 名单 %s\n",
	    ": %s, %" PRIu64 " rows -> list %s\n"),
	    csvfile_encoding_name(r->encoding), x->rows, r->list);
	(void)fprintf(t->out, r->dry ? tool_zh(t, "  可列入   %" PRIu64 "\n",
	    "  would be taken   %" PRIu64 "\n") : tool_zh(t,
	    "  新列入   %" PRIu64 "\n", "  taken            %" PRIu64 "\n"),
	    x->taken);
	(void)fprintf(t->out, tool_zh(t, "  已在名单 %" PRIu64 "\n",
	    "  there already    %" PRIu64 "\n"), x->same);
	(void)fprintf(t->out, tool_zh(t, "  退回     %" PRIu64 "\n",
	    "  rejected         %" PRIu64 "\n"), x->rejected);
	for (i = 1; i < IMPORT_REASONS; i++)
		if (x->reason[i] > 0)
			(void)fprintf(t->out, "    %8" PRIu64 "  %s\n",
			    x->reason[i], import_reason_text(i, english));
	tell_words(t, r, x);
	for (i = 0; i < IMPORT_DOUBTS; i++)
		if (x->doubts[i] > 0)
			(void)fprintf(t->out, tool_zh(t, "  注意 %" PRIu64
			    "：%s\n", "  note: %" PRIu64 " rows: %s\n"),
			    x->doubts[i], import_doubt_text(i, english));
	if (x->ignored[0] != '\0') {
		(void)fputs(tool_zh(t, "  未用的列：", "  columns not used: "),
		    t->out);
		width_put(t->out, x->ignored);
		(void)fputc('\n', t->out);
	}
	if (x->rejected > 0 && !r->dry) {
		(void)fputs(tool_zh(t, "退回的行在 ", "The rejected rows are in "),
		    t->out);
		width_put(t->out, r->reject);
		(void)fputs(tool_zh(t,
		    "：更正后可直接再导入；含有号码，用毕请删除。\n",
		    ": mend them there and import that file.  It holds numbers: "
		    "remove it afterwards.\n"), t->out);
	}
	if (x->taken > 0 && !r->dry)
		(void)fputs(tool_zh(t,
		    "下次发布（liangka repo publish）后各网点生效。\n",
		    "Branches have them after the next publication (liangka repo "
		    "publish).\n"), t->out);
}

/* The counts. */
void
listimport_tell(const struct tool *t, const struct listimport *r,
    const struct import_result *x)
{

	if (t->json)
		tell_json(t, r, x);
	else
		tell(t, r, x);
}
