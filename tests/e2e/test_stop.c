/* The end of a daemon, wanted and unwanted: nothing acknowledged is lost. */
#include <criterion/criterion.h>

#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "plugin.h"

#include "harness.h"

#define ASKERS 6
#define ACKS_MAX 200000

/* What the children of one run have been told, in memory that all share. */
struct acks {
	atomic_uint n;
	struct ack {
		uint32_t asker, number;
		char decision_id[40];
	} a[ACKS_MAX];
};

static const struct daemon_setup quick = { .limits =
	"checks_per_teller_minute = 0\npersons_per_teller_day = 0\n" };

/* The transaction and the applicant of one request. */
static void
name_request(char txn[32], const char **id_no, unsigned asker, unsigned number)
{

	(void)snprintf(txn, 32, "s-%u-%u", asker, number);
	*id_no = citizen(330100 + asker, 19500101 + number / 900,
	    number % 900 + 1);
}

/* In a child: ask until the connection ends, and note what was answered. */
static void
ask(struct daemon *d, struct acks *acks, unsigned asker)
{
	struct client *c = client_open(d, asker % 2 ? "bank" : "telco");
	uint8_t raw[WIRE_HEADER];
	const char *id_no;
	struct ack *a;
	char txn[32];
	unsigned i;

	for (i = 0;; i++) {
		name_request(txn, &id_no, asker, i);
		(void)client_check(c, txn, id_no, LK_PRODUCT_BANK1);
		(void)wire_end(&c->out);
		if (send(c->fd, c->request, c->out.len, MSG_NOSIGNAL) < 0 ||
		    recv(c->fd, raw, sizeof(raw), MSG_WAITALL) !=
		    (ssize_t)sizeof(raw))
			_exit(0);
		if (wire_header_read(&c->head, raw) != WIRE_OK ||
		    recv(c->fd, c->body, c->head.length, MSG_WAITALL) !=
		    (ssize_t)c->head.length)
			_exit(0);
		if (memcmp(c->head.id, c->id, WIRE_ID) != 0)
			_exit(2);
		if (wire_fields_read(&c->f, c->body, c->head.length) != WIRE_OK ||
		    wire_u32(&c->f, WIRE_T_ERROR, 1) != LK_OK)
			_exit(1);
		/* Each asks what nobody has asked before. */
		if (wire_u32(&c->f, WIRE_T_RESULT_FLAGS, 0) & LK_R_DUPLICATE)
			_exit(3);
		a = &acks->a[atomic_fetch_add(&acks->n, 1)];
		a->asker = asker;
		a->number = i;
		(void)wire_copy(&c->f, WIRE_T_DECISION_ID, a->decision_id,
		    sizeof(a->decision_id));
	}
}

/* Let children ask until some have been answered, then end the daemon. */
static struct acks *
load_and_end(struct daemon *d, int sig, unsigned enough, int *status)
{
	struct acks *acks = mmap(NULL, sizeof(*acks), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t pid[ASKERS];
	unsigned i;
	int rc;

	cr_assert_neq(acks, MAP_FAILED);
	for (i = 0; i < ASKERS; i++) {
		pid[i] = fork();
		cr_assert(pid[i] >= 0);
		if (pid[i] == 0)
			ask(d, acks, i);
	}
	while (atomic_load(&acks->n) < enough)
		(void)poll(NULL, 0, 1);
	*status = daemon_kill(d, sig);
	for (i = 0; i < ASKERS; i++) {
		cr_assert_eq(waitpid(pid[i], &rc, 0), pid[i]);
		cr_expect_eq(rc, 0, "asker %u: status 0x%x", i, (unsigned)rc);
	}
	return (acks);
}

/* Whatever was acknowledged is known, under the same id. */
static void
want_all(struct daemon *d, struct acks *acks)
{
	struct client *bank = client_open(d, "bank");
	struct client *telco = client_open(d, "telco"), *c;
	unsigned i, n = atomic_load(&acks->n);
	const char *id_no;
	char txn[32];

	for (i = 0; i < n; i++) {
		name_request(txn, &id_no, acks->a[i].asker, acks->a[i].number);
		c = acks->a[i].asker % 2 ? bank : telco;
		(void)client_check(c, txn, id_no, LK_PRODUCT_BANK1);
		cr_assert_eq(client_call(c), LK_OK);
		cr_assert(wire_u32(&c->f, WIRE_T_RESULT_FLAGS, 0) &
		    LK_R_DUPLICATE, "%s was lost: it was told %s, %u of %u",
		    txn, acks->a[i].decision_id, i, n);
		cr_assert_str_eq(client_text(c, WIRE_T_DECISION_ID),
		    acks->a[i].decision_id);
	}
	client_close(bank);
	client_close(telco);
	(void)munmap(acks, sizeof(*acks));
}

Test(stop, sigterm_under_load)
{
	struct daemon *d = daemon_start(&quick);
	struct acks *acks;
	int status;

	acks = load_and_end(d, SIGTERM, 500, &status);
	cr_expect_eq(status, 0, "status 0x%x: %s", (unsigned)status,
	    daemon_log(d));
	daemon_restart(d);
	want_all(d, acks);
	daemon_stop_and_check(d);
}

Test(stop, sigkill_under_load)
{
	struct daemon *d = daemon_start(&quick);
	struct acks *acks;
	int status, i;

	for (i = 0; i < 3; i++) {
		acks = load_and_end(d, SIGKILL, 200 + 100 * (unsigned)i,
		    &status);
		cr_expect(WIFSIGNALED(status));
		daemon_restart(d);
		want_all(d, acks);
		if (i < 2) {
			/* New transactions next time: begin anew. */
			daemon_stop_and_check(d);
			d = daemon_start(&quick);
		}
	}
	daemon_stop_and_check(d);
}

Test(stop, request_in_flight_is_answered)
{
	struct daemon *d = daemon_start(NULL);
	struct client *c[8];
	char txn[32];
	int i, rc;

	for (i = 0; i < 8; i++) {
		c[i] = client_open(d, "bank");
		(void)snprintf(txn, sizeof(txn), "f-%d", i);
		(void)client_check(c[i], txn, citizen(330102, 19700101,
		    (unsigned)i), 1);
		client_send(c[i]);
	}
	rc = daemon_kill(d, SIGTERM);
	cr_expect_eq(rc, 0);
	for (i = 0; i < 8; i++) {
		cr_expect_eq(client_recv(c[i]), LK_OK);
		cr_expect(client_hung_up(c[i]));
		client_close(c[i]);
	}
	daemon_stop_and_check(d);
}

Test(stop, half_a_frame_does_not_hold_it_up)
{
	struct daemon *d = daemon_start(NULL);
	struct client *c = client_open(d, "bank");

	(void)client_begin(c, WIRE_STATUS);
	client_push(c, c->request, 20);
	cr_expect_eq(daemon_kill(d, SIGTERM), 0);
	client_close(c);
	daemon_stop_and_check(d);
}

/* Write a policy file of one rule. */
static void
write_policy(const char *path, const char *version, const char *more)
{
	FILE *f = fopen(path, "we");

	cr_assert_not_null(f);
	cr_assert(fprintf(f, "[policy]\nversion = \"%s\"\n%s[rule MANY]\n"
	    "when = \"cards(30d) >= 5\"\nthen = review\nreason = \"HF01\"\n",
	    version, more) > 0);
	cr_assert_eq(fclose(f), 0);
}

/* Return the version of the policy in force. */
static const char *
policy_in_force(struct client *c)
{

	(void)client_begin(c, WIRE_STATUS);
	cr_assert_eq(client_call(c), LK_OK);
	return (client_text(c, WIRE_T_POLICY_VERSION));
}

Test(stop, sighup_reads_the_policy_again)
{
	char path[] = "/tmp/lk-policy-XXXXXX", *kept;
	struct daemon_setup setup = { .policy = path };
	struct daemon *d;
	struct client *c;
	int status, fd = mkstemp(path);

	cr_assert(fd >= 0 && close(fd) == 0);
	write_policy(path, "v1", "");
	d = daemon_start(&setup);
	c = client_open(d, "bank");
	cr_expect_str_eq(policy_in_force(c), "v1");
	write_policy(path, "v2", "nonsense = 1\n");
	daemon_reload(d);
	cr_expect_str_eq(policy_in_force(c), "v1");
	cr_expect_not_null(strstr(daemon_log(d), "nonsense"));
	cr_expect_not_null(strstr(daemon_log(d), "3:1"));
	write_policy(path, "v3", "");
	daemon_reload(d);
	cr_expect_str_eq(policy_in_force(c), "v3");
	cr_expect_eq(unlink(path), 0);
	daemon_reload(d);
	cr_expect_str_eq(policy_in_force(c), "v3");
	client_close(c);
	/* Both that were in force are kept under their hashes. */
	kept = malloc(256);
	cr_assert_not_null(kept);
	(void)snprintf(kept, 256, "ls %s/log/policy/*.policy | wc -l | grep -qx 2",
	    daemon_data(d));
	status = system(kept);
	cr_expect_eq(status, 0);
	free(kept);
	daemon_stop_and_check(d);
}

Test(stop, data_directory_open_to_others_is_refused)
{
	struct daemon *d = daemon_start(NULL);
	int status;

	cr_expect_eq(daemon_kill(d, SIGTERM), 0);
	cr_assert_eq(chmod(daemon_data(d), 0750), 0);
	free(daemon_run(d, "--foreground", &status));
	cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == EX_CANTCREAT);
	cr_expect_not_null(strstr(daemon_log(d), "others may look into it"));
	cr_assert_eq(chmod(daemon_data(d), 0700), 0);
	daemon_stop_and_check(d);
}

Test(stop, check_config_tells_line_and_column)
{
	struct daemon *d = daemon_start(NULL);
	char *out;
	int status;
	FILE *f;

	out = daemon_run(d, "--check-config", &status);
	cr_expect_eq(status, 0);
	cr_expect_not_null(strstr(out, "good"));
	free(out);
	cr_assert_not_null(f = fopen(daemon_conf(d), "ae"));
	(void)fputs("[institution bad]\nsocket = \"/nowhere/x.sock\"\n", f);
	(void)fclose(f);
	free(daemon_run(d, "--check-config", &status));
	cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == EX_CONFIG);
	cr_expect_not_null(strstr(daemon_log(d), "/nowhere: No such file"));
	cr_expect_eq(daemon_kill(d, SIGTERM), 0);
	daemon_discard(d);
}

Test(stop, check_config_reads_the_keys)
{
	struct daemon *d = daemon_start(NULL);
	char key[256];
	int status;
	FILE *f;

	cr_expect_eq(daemon_kill(d, SIGTERM), 0);
	(void)snprintf(key, sizeof(key), "%s/token.key", daemon_dir(d));
	cr_assert_eq(chmod(key, 0644), 0);
	free(daemon_run(d, "--check-config", &status));
	cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == EX_CONFIG);
	cr_expect_not_null(strstr(daemon_log(d), "lets others at the key"));
	cr_assert_eq(chmod(key, 0600), 0);
	cr_assert_not_null(f = fopen(key, "we"));
	(void)fputs("no key\n", f);
	(void)fclose(f);
	free(daemon_run(d, "--check-config", &status));
	cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == EX_CONFIG);
	cr_expect_not_null(strstr(daemon_log(d), "token.key:1: expected"));
	daemon_discard(d);
}

Test(stop, sandbox_delays_and_drops)
{
	const struct daemon_setup setup = { .sandbox = 1 };
	struct daemon *d = daemon_start(&setup);
	struct client *c = client_open(d, "bank");
	uint8_t late[WIRE_ID], soon[WIRE_ID];
	struct wire_out *o;

	/* 201: no answer at all; 202: after the deadline; 001: PASS. */
	(void)client_check(c, "m-201", citizen(0, 19900101, 201), 1);
	client_send(c);
	o = client_check(c, "m-202", citizen(0, 19900101, 202), 1);
	/* Of two fields alike the daemon would complain: set the one. */
	memcpy(&o->buf[o->len - 4], "\x64\0\0\0", 4);
	memcpy(late, c->id, sizeof(late));
	client_send(c);
	(void)client_check(c, "m-001", citizen(0, 19900101, 1), 1);
	memcpy(soon, c->id, sizeof(soon));
	client_send(c);
	cr_expect_eq(client_recv(c), LK_OK);
	cr_expect_arr_eq(c->head.id, soon, WIRE_ID);
	cr_expect_eq(wire_u32(&c->f, WIRE_T_DECISION, 99), LK_PASS);
	cr_expect_eq(client_recv(c), LK_OK);
	cr_expect_arr_eq(c->head.id, late, WIRE_ID);
	client_close(c);
	daemon_stop_and_check(d);
}
