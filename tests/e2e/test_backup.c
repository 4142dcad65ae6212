/* A copy of a running daemon's record, put back; a node admitted anew. */
#include <criterion/criterion.h>

#include <sys/wait.h>

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "plugin.h"

#include "harness.h"

#define BUSY "checks_per_teller_minute = 0\n" /* no limit on a teller */
#define RUN(d, want, ...) do {						\
	const int rc_ = daemon_tool(d, __VA_ARGS__);			\
	cr_assert_eq(rc_, want, "%d: %s", rc_, daemon_said(d));		\
} while (0)

TestSuite(backup, .timeout = 120);

/* Ask about a few people. */
static void
ask(struct daemon *d, unsigned from, unsigned n)
{
	struct client *c = client_open(d, "bank");
	char txn[32];
	unsigned i;

	for (i = from; i < from + n; i++) {
		(void)snprintf(txn, sizeof(txn), "txn-%u", i);
		(void)client_check(c, txn, citizen(330102, 19900101, i % 900 +
		    1), LK_PRODUCT_SIM);
		cr_assert_eq(client_call(c), 0);
	}
	client_close(c);
}

/* A daemon that has answered some. */
static struct daemon *
start(unsigned n)
{
	const struct daemon_setup setup = { .limits = BUSY };
	struct daemon *d = daemon_start(&setup);

	ask(d, 0, n);
	/* A head that names them comes within a second. */
	RUN(d, 0, "while [ ! -e $DATA/log/2*/checkpoint ] || [ $(sed -n 2p "
	    "$DATA/log/2*/checkpoint) -lt %u ]; do :; done", n);
	return (d);
}

/* It must not start, with these words. */
static void
refuses(struct daemon *d, const char *words)
{
	int status;
	char *out = daemon_run(d, "--foreground", &status);

	cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == EX_CANTCREAT,
	    "status 0x%x: %s", (unsigned)status, daemon_log(d));
	cr_expect_not_null(strstr(daemon_log(d), words), "no '%s': %s", words,
	    daemon_log(d));
	free(out);
}

/* The state that its journal yields. */
static char *
state_of(struct daemon *d)
{
	int status;
	char *dump = daemon_run(d, "--dump-state", &status);

	cr_assert_eq(status, 0, "%s", daemon_log(d));
	cr_assert_gt(strlen(dump), 100);
	return (dump);
}

/* Put the directory `from` in the place of the data directory. */
static void
put(struct daemon *d, const char *from)
{

	RUN(d, 0, "rm -rf $D/was && mv $DATA $D/was && mv $D/%s $DATA", from);
}

/* Checks that go on meanwhile. */
struct load {
	struct daemon *d;
	atomic_int stop;
	atomic_uint done;
};

static void *
go_on(void *arg)
{
	struct load *l = arg;
	unsigned i;

	for (i = 0; !atomic_load(&l->stop); i += 20) {
		ask(l->d, 100000 + i, 20);
		atomic_store(&l->done, i + 20);
	}
	return (NULL);
}

Test(backup, under_load_is_whole_and_goes_on)
{
	struct daemon *d = start(1500);
	struct load l = { .d = d };
	pthread_t thread;

	cr_assert_eq(pthread_create(&thread, NULL, go_on, &l), 0);
	while (atomic_load(&l.done) == 0)
		continue;
	RUN(d, 0, "$L backup $D/b --data $DATA --key '%s' 2>&1",
	    daemon_vkey(d));
	cr_expect_not_null(strstr(daemon_said(d), "WHOLE"));
	RUN(d, 0, "$L backup $D/b2 --data $DATA --key '%s' --json 2>&1",
	    daemon_vkey(d));
	atomic_store(&l.stop, 1);
	pthread_join(thread, NULL);
	ask(d, 5000, 50);
	cr_assert_eq(daemon_kill(d, SIGTERM), 0);
	RUN(d, 0, "test ! -e $D/b.part && test ! -e $D/b/state.mdb && "
	    "! find $D/b -name '*.key' | grep . && "
	    "test $(find $D/b -perm /077 | wc -l) = 0");
	RUN(d, 0, "$L restore $D/b --data $D/r --key '%s' 2>&1",
	    daemon_vkey(d));
	cr_expect_not_null(strstr(daemon_said(d), "generation = 2"));
	/* The same entries, as far as it goes; that is behind its head. */
	RUN(d, 0, "LAST=$(sed -n 's/^last-seq //p' $D/b/manifest.txt) && "
	    "HEAD=$(sed -n 's/^head-seq //p' $D/b/manifest.txt) && "
	    "test $LAST -ge $HEAD && test $HEAD -ge 1000 && "
	    "$L log show --data $DATA --json --to $LAST >$D/1 && "
	    "$L log show --data $D/r --json >$D/2 && test -s $D/2 && "
	    "cmp $D/1 $D/2 2>&1");
	/* It was the newest there is: the daemon goes on with it. */
	put(d, "r");
	daemon_restart(d);
	ask(d, 7000, 30);
	daemon_stop_and_check(d);
}

Test(backup, a_restored_copy_has_the_same_state)
{
	struct daemon *d = start(300);
	char *before, *after;

	cr_assert_eq(daemon_kill(d, SIGTERM), 0);
	before = state_of(d);
	RUN(d, 0, "$L backup $D/b --data $DATA --key '%s' 2>&1 && $L restore "
	    "$D/b --data $D/r --key '%s' 2>&1 && test ! -e $D/r/manifest.txt",
	    daemon_vkey(d), daemon_vkey(d));
	put(d, "r");
	after = state_of(d);
	cr_expect_str_eq(before, after);
	free(before);
	free(after);
	daemon_restart(d);
	ask(d, 400, 10);
	daemon_stop_and_check(d);
}

/* The node has gone on after the backup: its numbers go on behind what others saw. */
Test(backup, a_node_that_was_put_back_goes_on_behind)
{
	static const struct daemon_setup setup = { .limits = BUSY,
		.log = "generation = 2\nfirst_seq = 100001\n" };
	struct daemon *d = start(300);

	RUN(d, 0, "$L backup $D/b --data $DATA --key '%s' 2>&1",
	    daemon_vkey(d));
	ask(d, 300, 200);
	cr_assert_eq(daemon_kill(d, SIGTERM), 0);
	RUN(d, 0, "$L restore $D/b --data $D/r --key '%s' 2>&1",
	    daemon_vkey(d));
	put(d, "r");
	daemon_rewrite(d, &setup);
	daemon_restart(d);
	ask(d, 600, 20);
	cr_assert_eq(daemon_kill(d, SIGTERM), 0);
	daemon_restart(d);
	ask(d, 700, 20);
	cr_assert_eq(daemon_kill(d, SIGTERM), 0);
	RUN(d, 0, "$L log show --data $DATA --json --kind log | tail -1 | "
	    "grep '\"seq\":100001,' | grep '[.]2\"'");
	RUN(d, 0, "$L log verify $DATA/log --key '%s' 2>&1", daemon_vkey(d));
	cr_expect_not_null(strstr(daemon_said(d), "admitted anew"), "%s",
	    daemon_said(d));
	RUN(d, 0, "$L backup $D/b2 --data $DATA --key '%s' 2>&1 && $L log "
	    "replay $D/b2/log", daemon_vkey(d));
	daemon_stop_and_check(d);
}

/* The witness has seen more than was put back: only a new generation starts. */
Test(backup, a_witness_lets_a_new_generation_start)
{
	static char lines[700];
	static struct daemon_setup setup = { .limits = BUSY, .log = lines };
	struct daemon *d = start(100);
	char key[400];

	RUN(d, 0, "$K new witness --name t.example/witness --out $D/w.key "
	    ">/dev/null 2>&1; cat $D/w.key.pub");
	(void)snprintf(key, sizeof(key), "%.*s",
	    (int)strcspn(daemon_said(d), "\n"), daemon_said(d));
	RUN(d, 0, "$L backup $D/b --data $DATA --key '%s' 2>&1",
	    daemon_vkey(d));
	ask(d, 300, 200);
	cr_assert_eq(daemon_kill(d, SIGTERM), 0);
	RUN(d, 0, "$L log witness --state $D/w --key $D/w.key --log-key '%s' "
	    "$DATA/log 2>&1 && cp $DATA/log/2*/checkpoint.cosigned $D/seen",
	    daemon_vkey(d));
	RUN(d, 0, "$L restore $D/b --data $D/r --key '%s' 2>&1",
	    daemon_vkey(d));
	put(d, "r");
	(void)snprintf(lines, sizeof(lines), "witness = \"%s/seen\"\n"
	    "witness_key = \"%s\"\n", daemon_dir(d), key);
	daemon_rewrite(d, &setup);
	refuses(d, "behind its witness");
	(void)snprintf(lines, sizeof(lines), "generation = 2\nfirst_seq = 9000\n"
	    "witness = \"%s/seen\"\nwitness_key = \"%s\"\n", daemon_dir(d),
	    key);
	daemon_rewrite(d, &setup);
	daemon_restart(d);
	ask(d, 600, 20);
	daemon_stop_and_check(d);
}

/* Without wal/ it is not known what was answered last. */
Test(backup, without_wal_only_a_new_generation_starts)
{
	static const struct daemon_setup setup = { .limits = BUSY,
		.log = "generation = 2\nfirst_seq = 100001\n" };
	struct daemon *d = start(50);

	cr_assert_eq(daemon_kill(d, SIGTERM), 0);
	RUN(d, 0, "$L backup $D/b --data $DATA --key '%s' 2>&1 && $L restore "
	    "$D/b --data $D/r --key '%s' 2>&1 && rm -r $D/r/wal",
	    daemon_vkey(d), daemon_vkey(d));
	put(d, "r");
	refuses(d, "may be lost");
	daemon_rewrite(d, &setup);
	daemon_restart(d);
	ask(d, 600, 20);
	daemon_stop_and_check(d);
}

/* A byte of any file, a file that is missing, one too many. */
Test(backup, every_change_of_the_copy_is_found)
{
	struct daemon *d = start(300);

	RUN(d, 0, "$L backup $D/b --data $DATA --key '%s' 2>&1 && $L backup "
	    "--check $D/b --key '%s'", daemon_vkey(d), daemon_vkey(d));
	cr_assert_eq(daemon_kill(d, SIGTERM), 0);
	RUN(d, 0, "cd $D/b && find . -type f >$D/files && test $(wc -l "
	    "<$D/files) -gt 6 && while read f; do cp $f $D/keep; n=$(wc -c "
	    "<$f); printf '\\001' | dd of=$f bs=1 seek=$((n / 2)) conv=notrunc "
	    "2>/dev/null; cmp -s $f $D/keep && printf '\\002' | dd of=$f bs=1 "
	    "seek=$((n / 2)) conv=notrunc 2>/dev/null; "
	    "$L backup --check . --key '%s' >$D/out 2>&1; rc=$?; "
	    "[ $rc = 1 ] || { echo \"$f: $rc\"; cat $D/out; exit 9; }; "
	    "$L restore . --data $D/r --key '%s' >$D/out 2>&1; rc=$?; "
	    "[ $rc = 1 ] && [ ! -e $D/r ] && [ ! -e $D/r.part ] || { echo "
	    "\"restore $f: $rc\"; cat $D/out; exit 9; }; cp $D/keep $f; done "
	    "<$D/files", daemon_vkey(d), daemon_vkey(d));
	RUN(d, 1, "cd $D/b && mv sealed $D/s 2>/dev/null; f=$(ls "
	    "log/policy/* | head -1); mv $f $D/keep; $L backup --check . "
	    "--key '%s' 2>&1; rc=$?; mv $D/keep $f; exit $rc", daemon_vkey(d));
	cr_expect_not_null(strstr(daemon_said(d), "missing"));
	RUN(d, 1, "cd $D/b && touch log/more && $L backup --check . --key "
	    "'%s' 2>&1", daemon_vkey(d));
	cr_expect_not_null(strstr(daemon_said(d), "is not of this backup"));
	daemon_stop_and_check(d);
}

/* What is damaged in the daemon's own directory is not copied as if it were whole. */
Test(backup, a_damaged_record_yields_no_copy)
{
	struct daemon *d = start(600);

	cr_assert_eq(daemon_kill(d, SIGTERM), 0);
	RUN(d, 0, "cp -a $DATA $D/good; f=$(ls $DATA/log/2*/tile/entries/000) "
	    "&& printf '#' | dd of=$f bs=1 seek=9000 conv=notrunc 2>&1");
	RUN(d, 1, "$L backup $D/b --data $DATA --key '%s' 2>&1",
	    daemon_vkey(d));
	RUN(d, 0, "test ! -e $D/b && test ! -e $D/b.part && rm -r $DATA && mv "
	    "$D/good $DATA");
	/* Another node's key. */
	RUN(d, 1, "$K new log --name t.example/branch/t2 --out $D/other.key "
	    ">/dev/null 2>&1; $L backup $D/b --data $DATA --key "
	    "$D/other.key.pub 2>&1");
	RUN(d, 0, "test ! -e $D/b && test ! -e $D/b.part");
	daemon_stop_and_check(d);
}

Test(backup, nothing_is_overwritten)
{
	struct daemon *d = start(20);

	RUN(d, 65, "mkdir $D/b $D/r && $L backup $D/b --data $DATA --key '%s' "
	    "2>&1", daemon_vkey(d));
	RUN(d, 65, "rmdir $D/b && mkdir $D/b.part && $L backup $D/b --data "
	    "$DATA --key '%s' 2>&1", daemon_vkey(d));
	cr_expect_not_null(strstr(daemon_said(d), "left of an earlier run"));
	RUN(d, 0, "rmdir $D/b.part && $L backup $D/b// --data $DATA --key "
	    "'%s' 2>&1 && test -d $D/b", daemon_vkey(d));
	RUN(d, 65, "$L restore $D/b --data $D/r --key '%s' 2>&1",
	    daemon_vkey(d));
	RUN(d, 65, "$L restore $D/b --data $DATA --key '%s' 2>&1",
	    daemon_vkey(d));
	RUN(d, 64, "$L restore $D/b 2>&1");
	RUN(d, 66, "$L restore $D/r --data $D/new --key '%s' 2>&1",
	    daemon_vkey(d));
	RUN(d, 66, "$L backup $D/new --data $D/r --key '%s' 2>&1",
	    daemon_vkey(d));
	daemon_stop_and_check(d);
}

/* Paths and keys as the daemon's configuration has them. */
Test(backup, reads_the_daemons_configuration)
{
	struct daemon *d = start(20);

	RUN(d, 0, "echo '%s' >$D/log.key.pub; $L backup $D/b --liangkad '%s' "
	    "2>&1 && $L restore $D/b --data $D/r --liangkad '%s' 2>&1",
	    daemon_vkey(d), daemon_conf(d), daemon_conf(d));
	RUN(d, 78, "$L backup $D/b3 --liangkad $D/none 2>&1");
	daemon_stop_and_check(d);
}

/* A limit on the size of files stands for a disk that fills up on the way. */
Test(backup, without_room_there_is_no_copy)
{
	struct daemon *d = start(300);

	RUN(d, 74, "trap '' XFSZ; ulimit -f 2000; $L backup $D/b --data $DATA "
	    "--key '%s' 2>&1", daemon_vkey(d));
	RUN(d, 0, "test ! -e $D/b && test ! -e $D/b.part");
	daemon_stop_and_check(d);
}
