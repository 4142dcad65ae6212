/* What a verifier remembers: written once, read back, refused when damaged. */

#include <criterion/criterion.h>

#include <sys/stat.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "verifytest.h"

/* A state of two logs. */
static struct verify_state
two(void)
{
	struct verify_state s = { 0, NULL };
	struct verify_seen v;

	memset(&v, 0, sizeof(v));
	(void)snprintf(v.head.origin, sizeof(v.head.origin), "a/decisions/2026.1");
	v.head.size = 700;
	memset(v.head.root, 0x5a, sizeof(v.head.root));
	v.base = 1;
	v.t = MAKELOG_START;
	v.kind = ENTRY_STOP;
	v.finished = 1;
	(void)snprintf(v.policy, sizeof(v.policy), "2026.11-a");
	cr_assert_eq(verify_state_put(&s, &v), 0);
	(void)snprintf(v.head.origin, sizeof(v.head.origin), "a/decisions/2027.1");
	v.base = 701;
	v.finished = 0;
	v.due = 1;
	v.kind = ENTRY_LOG;
	memset(v.policy, 0, sizeof(v.policy));
	cr_assert_eq(verify_state_put(&s, &v), 0);
	return (s);
}

Test(state, text_and_back)
{
	struct verify_state s = two(), t;
	char err[VERIFY_STATE_ERROR_MAX], *text;
	size_t len;

	cr_assert_not_null(text = verify_state_print(&s, &len));
	cr_assert_eq(verify_state_read(&t, text, len, err), 0, "%s", err);
	cr_expect_eq(t.n, 2);
	cr_expect_eq(memcmp(&t.seen[0], &s.seen[0], sizeof(t.seen[0])), 0);
	cr_expect_eq(memcmp(&t.seen[1], &s.seen[1], sizeof(t.seen[1])), 0);
	cr_expect_not_null(verify_state_find(&t, "a/decisions/2027.1"));
	cr_expect_null(verify_state_find(&t, "a/decisions/2028.1"));
	verify_state_free(&s);
	verify_state_free(&t);
	free(text);
}

Test(state, put_replaces)
{
	struct verify_state s = two();
	struct verify_seen v = s.seen[0];

	v.head.size = 9;
	cr_assert_eq(verify_state_put(&s, &v), 0);
	cr_expect_eq(s.n, 2);
	cr_expect_eq(s.seen[0].head.size, 9);
	verify_state_free(&s);
}

Test(state, every_altered_byte_and_every_cut_is_refused)
{
	struct verify_state s = two(), t;
	char err[VERIFY_STATE_ERROR_MAX], *text;
	size_t len, i;

	cr_assert_not_null(text = verify_state_print(&s, &len));
	for (i = 0; i < len; i++) {
		text[i] ^= 1;
		err[0] = '\0';
		cr_expect_eq(verify_state_read(&t, text, len, err), -1,
		    "byte %zu", i);
		cr_expect_eq(t.n, 0);
		cr_expect_eq(strncmp(err, "line ", 5), 0, "%s", err);
		text[i] ^= 1;
		cr_expect_eq(verify_state_read(&t, text, i, err), -1,
		    "cut at %zu", i);
	}
	verify_state_free(&s);
	free(text);
}

Test(state, file_is_replaced_whole)
{
	char dir[200], path[300], err[VERIFY_STATE_ERROR_MAX] = "";
	struct verify_state s = two(), t;
	struct stat st;

	verifytest_temp(dir);
	(void)snprintf(path, sizeof(path), "%s/state", dir);
	cr_expect_eq(verify_state_load(&t, path, err), 0, "there is none");
	cr_assert_eq(verify_state_save(&s, path, err), 0, "%s", err);
	cr_assert_eq(stat(path, &st), 0);
	cr_expect_eq(st.st_mode & 0777, 0600);
	cr_expect_eq(verify_state_load(&t, path, err), 1, "%s", err);
	cr_expect_eq(t.n, 2);
	verify_state_free(&t);
	s.seen[1].head.size = 7;
	cr_assert_eq(verify_state_save(&s, path, err), 0, "%s", err);
	cr_expect_eq(verify_state_load(&t, path, err), 1);
	cr_expect_eq(t.seen[1].head.size, 7);
	verify_state_free(&t);
	verifytest_flip(path, 40);
	cr_expect_eq(verify_state_load(&t, path, err), -1);
	cr_expect_not_null(strstr(err, path), "%s", err);
	cr_expect_eq(verify_state_load(&t, dir, err), -2);
	(void)snprintf(path, sizeof(path), "%s/none/state", dir);
	cr_expect_eq(verify_state_save(&s, path, err), -1);
	verify_state_free(&s);
	makelog_remove(dir);
}
