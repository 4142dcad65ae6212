/* liangka sync and liangka list where, as they are typed. */
#include <sys/stat.h>
#include <sys/wait.h>

#include <criterion/criterion.h>

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/where.h"
#include "lists/nodestatus.h"
#include "plugin.h"

#include "synckit.h"

#define WORDS 40

/* What a command wrote. */
static struct {
	int rc;
	char *out, *err;
} ran;

static int64_t
now_ms(void)
{

	return (SYNCKIT_NOW * 1000);
}

/* Run "liangka word ..." on these streams. */
static int
run_on(FILE *out, FILE *err, int32_t language, va_list ap)
{
	char *argv[WORDS + 1], *given[WORDS];
	struct tool t;
	const char *w;
	int argc = 0, i, rc;

	argv[argc++] = strdup("liangka");
	while ((w = va_arg(ap, const char *)) != NULL && argc < WORDS)
		argv[argc++] = strdup(w);
	argv[argc] = NULL;
	memcpy(given, argv, sizeof(given));
	tool_init(&t, stdin, out, err);
	t.language = language;
	t.now_ms = now_ms;
	rc = tool_flush(&t, commands_run(&t, argc, argv));
	for (i = 0; i < argc; i++)
		free(given[i]);
	return (rc);
}

/* Run it and keep what it writes; return the exit code. */
static int __attribute__((sentinel))
liangka(int32_t language, ...)
{
	FILE *out, *err;
	size_t nout, nerr;
	va_list ap;

	free(ran.out);
	free(ran.err);
	out = open_memstream(&ran.out, &nout);
	err = open_memstream(&ran.err, &nerr);
	cr_assert(out != NULL && err != NULL);
	va_start(ap, language);
	ran.rc = run_on(out, err, language, ap);
	va_end(ap);
	(void)fclose(out);
	(void)fclose(err);
	return (ran.rc);
}

#define EN LK_LANG_EN
#define OUT_HAS(text) cr_expect(strstr(ran.out, text) != NULL, "%s", ran.out)
#define ERR_HAS(text) cr_expect(strstr(ran.err, text) != NULL, "%s", ran.err)

Test(sync_cli, looks_once)
{
	struct synckit *k = synckit_new();

	cr_expect_eq(liangka(EN, "sync", "--once", "--data", k->data, "--root",
	    k->root, "--from", k->repo->dir, NULL), TOOL_OK, "%s", ran.err);
	OUT_HAS("version 1 is here: 2 files");
	cr_expect_eq(synckit_whole(k, NULL), 1);
	cr_expect_eq(liangka(LK_LANG_ZH, "sync", "--once", "--data", k->data,
	    "--root", k->root, "--from", k->repo->dir, NULL), TOOL_OK);
	OUT_HAS("没有更新");
	cr_expect_eq(liangka(EN, "sync", "--once", "--json", "--whole",
	    "--data", k->data, "--root", k->root, "--from", k->repo->dir,
	    NULL), TOOL_OK);
	OUT_HAS("\"ok\":true,\"changed\":false,\"targets\":1,");
	synckit_free(k);
}

Test(sync_cli, tells_failures_apart)
{
	struct synckit *k = synckit_new();
	const char *none = synckit_path(k, "none");

	cr_expect_eq(liangka(EN, "sync", "--once", "--data", k->data, "--root",
	    k->root, "--from", none, NULL), TOOL_AWAY);
	ERR_HAS("No such file");
	cr_expect_eq(liangka(LK_LANG_ZH, "sync", "--once", "--data", k->data,
	    "--root", k->root, "--from", none, NULL), TOOL_AWAY);
	ERR_HAS("liangka sync: 来源不可达或传输中断：");
	cr_expect_eq(liangka(EN, "sync", "--once", "--data", k->data, "--root",
	    none, "--from", k->repo->dir, NULL), TOOL_NOINPUT);
	cr_expect_eq(liangka(EN, "sync", "--once", "--data", none, "--root",
	    k->root, "--from", k->repo->dir, NULL), TOOL_NOINPUT);
	k->repo->signers[TUF_TIMESTAMP] = 0;
	tufkit_publish(k->repo);
	cr_expect_eq(liangka(EN, "sync", "--once", "--json", "--data", k->data,
	    "--root", k->root, "--from", k->repo->dir, NULL), TOOL_NO);
	OUT_HAS("\"fault\":\"refused\"");
	cr_expect_eq(liangka(LK_LANG_ZH, "sync", "--once", "--data", k->data,
	    "--root", k->root, "--from", k->repo->dir, NULL), TOOL_NO);
	ERR_HAS("liangka sync: 拒绝采用（");
	cr_expect_eq(liangka(EN, "sync", "--data", k->data, "--root", k->root,
	    "--from", "a", "--from", "b", "--from", "c", "--from", "d",
	    "--from", "e", NULL), TOOL_USAGE);
	cr_expect_eq(liangka(EN, "sync", "--data", k->data, "--root", k->root,
	    "--from", "a", "--cert", k->root, NULL), TOOL_USAGE);
	cr_expect_eq(liangka(EN, "sync", "--data", k->data, NULL), TOOL_USAGE);
	synckit_free(k);
}

/* Run the service of a kit in this process until a signal ends it. */
static int __attribute__((sentinel))
service(FILE *out, int32_t language, ...)
{
	va_list ap;
	int rc;

	va_start(ap, language);
	rc = run_on(out, stderr, language, ap);
	va_end(ap);
	return (rc);
}

Test(sync_cli, a_signal_ends_the_service)
{
	struct synckit *k = synckit_new();
	char line[512];
	int fd[2], status;
	pid_t pid;
	FILE *f;

	cr_assert_eq(pipe(fd), 0);
	cr_assert_neq(pid = fork(), -1);
	if (pid == 0) {
		f = fdopen(fd[1], "w");
		(void)close(fd[0]);
		_exit(service(f, EN, "sync", "--every", "1h", "--data",
		    k->data, "--root", k->root, "--from", k->repo->dir, NULL));
	}
	(void)close(fd[1]);
	f = fdopen(fd[0], "r");
	cr_assert_not_null(fgets(line, sizeof(line), f));
	cr_expect(strstr(line, "version 1 is here") != NULL, "%s", line);
	/* It rests for an hour now. */
	cr_assert_eq(kill(pid, SIGTERM), 0);
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	(void)fclose(f);
	synckit_free(k);
}

/* Write a text. */
static void
put(const char *path, const char *text, size_t len)
{
	FILE *f = fopen(path, "we");

	cr_assert(f != NULL && fwrite(text, 1, len, f) == len &&
	    fclose(f) == 0);
}

/* Have a node report: targets and list "sanction", so many seconds ago; the seed is
 * that of its key. */
static void
report(struct synckit *k, const char *node, uint8_t seed, uint32_t targets,
    uint32_t list, int64_t ago)
{
	const uint8_t secret[32] = { seed };
	struct nodestatus st = { .time = SYNCKIT_NOW - ago, .signed_at =
		SYNCKIT_NOW - ago, .targets = targets, .nlists = 1, .list = {
		{ "sanction", list } } };
	char note[NODESTATUS_MAX], file[300], path[400];
	struct note_signer signer;
	const struct note_signer *by = &signer;
	size_t len;

	(void)snprintf(st.node, sizeof(st.node), "%s", node);
	cr_assert_eq(note_signer_make(&signer, node, NOTE_ED25519, secret), 0);
	cr_assert_neq(len = nodestatus_sign(&st, &by, 1, note, sizeof(note)),
	    0);
	cr_assert_eq(nodestatus_file(node, file, sizeof(file)), 0);
	(void)snprintf(path, sizeof(path), "in/%s", file);
	put(synckit_path(k, path), note, len);
}

/* Give the centre a node's key. */
static void
know(struct synckit *k, const char *node, uint8_t seed)
{
	const uint8_t secret[32] = { seed };
	char vkey[NOTE_VKEY_MAX + 1], path[64];
	struct note_signer s;
	size_t len;

	cr_assert_eq(note_signer_make(&s, node, NOTE_ED25519, secret), 0);
	len = note_verifier_print(&s.public, vkey);
	vkey[len] = '\n';
	(void)snprintf(path, sizeof(path), "keys/%d.pub", seed);
	put(synckit_path(k, path), vkey, len + 1);
}

/* Keep a path. */
static void
place(struct synckit *k, const char *name, char out[1024])
{

	(void)snprintf(out, 1024, "%s", synckit_path(k, name));
}

/* A centre with four nodes that report. */
static struct synckit *
centre(void)
{
	struct synckit *k = synckit_new();

	cr_assert_eq(mkdir(synckit_path(k, "in"), 0755), 0);
	cr_assert_eq(mkdir(synckit_path(k, "keys"), 0755), 0);
	know(k, "a.example/branch/1", 1);
	know(k, "a.example/branch/2", 2);
	know(k, "a.example/branch/3", 3);
	know(k, "a.example/branch/4", 4);
	report(k, "a.example/branch/1", 1, 12, 40, 5);
	report(k, "a.example/branch/2", 2, 11, 41, 5);
	report(k, "a.example/branch/3", 3, 11, 40, 3600);
	report(k, "a.example/branch/4", 4, 13, 42, 3600);
	return (k);
}

Test(list_where, shows_who_is_not_there_yet)
{
	struct synckit *k = centre();
	char in[1024], keys[1024];

	place(k, "in", in);
	place(k, "keys", keys);
	cr_expect_eq(liangka(EN, "list", "where", "12", "--status", in,
	    "--keys", keys, NULL), TOOL_NO, "%s", ran.err);
	OUT_HAS("a.example/branch/2  behind  11");
	OUT_HAS("a.example/branch/3  silent  11");
	cr_expect(strstr(ran.out, "branch/1") == NULL, "%s", ran.out);
	cr_expect(strstr(ran.out, "branch/4") == NULL, "it had it once");
	OUT_HAS("targets version 12: 4 nodes, 2 on it (50.0 %); 1 behind, 1 "
	    "silent, 0 never heard, 0 unverified\n");
	cr_expect_eq(liangka(EN, "list", "where", "sanction@41", "--status",
	    in, "--keys", keys, "--all", NULL), TOOL_NO);
	OUT_HAS("list sanction version 41: 4 nodes, 2 on it (50.0 %)");
	OUT_HAS("a.example/branch/4  reached");
	cr_expect_eq(liangka(EN, "list", "where", "11", "--status", in,
	    "--keys", keys, NULL), TOOL_OK);
	OUT_HAS("4 on it (100.0 %)");
	cr_expect_eq(liangka(LK_LANG_ZH, "list", "where", "other@1",
	    "--status", in, "--keys", keys, NULL), TOOL_NO);
	OUT_HAS("0 个已到达");
	synckit_free(k);
}

#define ROWS "institution,outlet,name,area,hours,contact,status,from,until," \
    "reason\n" \
    "icbc,0001,East,330100,08:30-17:00,0571-1,open,,,\n" \
    "icbc,0002,West,330100,08:30-17:00,0571-2,closed,,,\n" \
    "icbc,0003,North,330100,08:30-17:00,0571-3,open,,,\n"

Test(list_where, takes_the_outlet_register_for_the_names)
{
	struct synckit *k = centre();
	char in[1024], keys[1024], nodes[1024];

	place(k, "in", in);
	place(k, "keys", keys);
	place(k, "nodes", nodes);
	know(k, "a.example/branch/icbc.0001", 11);
	report(k, "a.example/branch/icbc.0001", 11, 12, 40, 5);
	put(nodes, ROWS, sizeof(ROWS) - 1);
	cr_expect_eq(liangka(EN, "list", "where", "12", "--status", in,
	    "--keys", keys, "--nodes", nodes, NULL), TOOL_NO, "%s", ran.err);
	OUT_HAS("icbc.0003");
	OUT_HAS("2 nodes, 1 on it (50.0 %); 0 behind, 0 silent, 1 never");
	put(nodes, ROWS "x\n", sizeof(ROWS) + 1);
	cr_expect_eq(liangka(EN, "list", "where", "12", "--status", in,
	    "--keys", keys, "--nodes", nodes, NULL), TOOL_DATA);
	synckit_free(k);
}

#define NODES "# all\n1\na.example/branch/2\r\n3\n5\n"

Test(list_where, knows_who_was_never_heard_of)
{
	struct synckit *k = centre();
	char in[1024], keys[1024], nodes[1024];

	place(k, "in", in);
	place(k, "keys", keys);
	place(k, "nodes", nodes);
	put(nodes, NODES, sizeof(NODES) - 1);
	cr_expect_eq(liangka(EN, "list", "where", "11", "--status", in,
	    "--keys", keys, "--nodes", nodes, NULL), TOOL_NO, "%s", ran.err);
	OUT_HAS("5     never_heard  -");
	OUT_HAS("4 nodes, 3 on it (75.0 %); 0 behind, 0 silent, 1 never");
	OUT_HAS("1 others report that are not in --nodes");
	cr_expect_eq(liangka(EN, "list", "where", "11", "--status", in,
	    "--keys", keys, "--nodes", nodes, "--json", NULL), TOOL_NO);
	OUT_HAS("{\"node\":\"5\",\"state\":\"never_heard\"}\n");
	OUT_HAS("\"nodes\":4,\"reached\":3,\"behind\":0,\"silent\":0,"
	    "\"never_heard\":1,\"unverified\":0,\"others\":1,\"permille\":750}");
	put(nodes, "a b\n", 4);
	cr_expect_eq(liangka(EN, "list", "where", "11", "--status", in,
	    "--keys", keys, "--nodes", nodes, NULL), TOOL_DATA);
	ERR_HAS("nodes:1: not the name");
	synckit_free(k);
}

Test(list_where, believes_no_stranger)
{
	struct synckit *k = centre();
	char in[1024], keys[1024], *p;
	size_t len;

	place(k, "in", in);
	place(k, "keys", keys);
	/* Signed by another key; of one that has none; under another's name;
	 * altered; of the future; no status at all. */
	report(k, "a.example/branch/1", 9, 12, 40, 5);
	report(k, "a.example/branch/8", 8, 12, 40, 5);
	p = tufkit_read(synckit_path(k, "in/a.example~branch~4.status"), &len);
	cr_assert_not_null(p);
	put(synckit_path(k, "in/a.example~branch~7.status"), p, len);
	*strstr(p, "targets 13") = 'T';
	put(synckit_path(k, "in/a.example~branch~4.status"), p, len);
	free(p);
	report(k, "a.example/branch/2", 2, 12, 40, -3600);
	put(synckit_path(k, "in/junk.status"), "junk", 4);
	put(synckit_path(k, "in/README"), "junk", 4);
	cr_expect_eq(liangka(EN, "list", "where", "11", "--status", in,
	    "--keys", keys, NULL), TOOL_NO, "%s", ran.err);
	OUT_HAS("6 unverified");
	OUT_HAS("7 nodes, 1 on it (14.2 %)");
	OUT_HAS("there is no key of a.example/branch/8");
	OUT_HAS("it is the status of a.example/branch/4");
	OUT_HAS("it is of the future");
	synckit_free(k);
}

Test(list_where, says_what_is_wrong_with_the_command_line)
{
	static const char *const bad[] = { "0", "-1", "01", "x", "@1", "a@",
	    "a@0", "4294967296", "abcdefghijklmnopqrstuvwxyz@1", "1 " };
	struct synckit *k = centre();
	struct where_want w;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_expect_eq(where_parse(&w, bad[i]), -1, "%s", bad[i]);
	cr_expect_eq(where_parse(&w, "a@4294967295"), 0);
	cr_expect_eq(liangka(EN, "list", "where", "x", "--status",
	    synckit_path(k, "in"), "--keys", synckit_path(k, "keys"), NULL),
	    TOOL_USAGE);
	cr_expect_eq(liangka(EN, "list", "where", "1", "--status",
	    synckit_path(k, "none"), "--keys", synckit_path(k, "keys"), NULL),
	    TOOL_NOINPUT);
	cr_expect_eq(liangka(EN, "list", "where", "1", "--status",
	    synckit_path(k, "in"), "--keys", synckit_path(k, "in"), NULL),
	    TOOL_NOINPUT);
	synckit_free(k);
}
