/* liangkad as its peers meet it: good ones, bad ones and slow ones. */
#include <criterion/criterion.h>

#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "plugin.h"

#include "harness.h"

/* Write a header by hand into raw. */
static void
header(uint8_t raw[WIRE_HEADER], uint32_t magic, unsigned version,
    unsigned type, uint32_t flags, uint32_t length)
{
	const uint32_t words[4] = { magic, version | type << 16, flags,
		length };
	int i;

	for (i = 0; i < 16; i++)
		raw[i] = (uint8_t)(words[i / 4] >> (8 * (i % 4)));
	memset(&raw[16], 0xab, WIRE_ID);
}

/* Is the daemon well, as a new client sees it? */
static void
want_well(struct daemon *d)
{
	struct client *c = client_open(d, "bank");

	(void)client_begin(c, WIRE_STATUS);
	cr_assert_eq(client_call(c), LK_OK);
	client_close(c);
}

Test(net, hello_comes_first)
{
	struct daemon *d = daemon_start(NULL);
	struct client *c = client_connect(daemon_socket(d, "bank"));

	(void)client_begin(c, WIRE_STATUS);
	cr_expect_eq(client_call(c), LK_E_VERSION);
	cr_expect(client_hung_up(c));
	client_close(c);
	want_well(d);
	daemon_stop_and_check(d);
}

Test(net, hello_without_a_common_version)
{
	struct daemon *d = daemon_start(NULL);
	struct client *c = client_connect(daemon_socket(d, "bank"));
	struct wire_out *o = client_begin(c, WIRE_HELLO);

	wire_put_u32(o, WIRE_T_VERSION_MIN, 2);
	wire_put_u32(o, WIRE_T_VERSION_MAX, 9);
	c->request[4] = 9;	/* readable from any version */
	cr_expect_eq(client_call(c), LK_E_VERSION);
	cr_expect(client_hung_up(c));
	client_close(c);
	daemon_stop_and_check(d);
}

Test(net, frame_of_another_version)
{
	struct daemon *d = daemon_start(NULL);
	struct client *c = client_open(d, "bank");

	(void)client_begin(c, WIRE_STATUS);
	c->request[4] = 2;
	cr_expect_eq(client_call(c), LK_E_VERSION);
	cr_expect(client_hung_up(c));
	client_close(c);
	daemon_stop_and_check(d);
}

Test(net, malformed_headers)
{
	static const struct {
		uint32_t magic, flags, length;
		int error;
	} bad[] = {
		{ 0x31574b4d, 0, 0, 0 },		/* no reply at all */
		{ WIRE_MAGIC, 1, 0, LK_E_ARG },
		{ WIRE_MAGIC, 0, WIRE_BODY_MAX + 1, LK_E_ARG },
		{ WIRE_MAGIC, 0, 0xffffffff, LK_E_ARG },
	};
	struct daemon *d = daemon_start(NULL);
	uint8_t raw[WIRE_HEADER];
	struct client *c;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		c = client_open(d, "bank");
		header(raw, bad[i].magic, WIRE_VERSION, WIRE_CHECK,
		    bad[i].flags, bad[i].length);
		client_push(c, raw, sizeof(raw));
		if (bad[i].error != 0) {
			cr_expect_eq(client_recv(c), bad[i].error);
			cr_expect_arr_eq(c->head.id, &raw[16], WIRE_ID);
		}
		cr_expect(client_hung_up(c), "case %zu", i);
		client_close(c);
	}
	want_well(d);
	daemon_stop_and_check(d);
}

Test(net, unknown_request_keeps_the_connection)
{
	static const unsigned types[] = { 2, 15, WIRE_TYPE_MAX, 0x7fff,
		WIRE_CHECK | WIRE_REPLY, 0 };
	struct daemon *d = daemon_start(NULL);
	struct client *c = client_open(d, "bank");
	size_t i;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		(void)client_begin(c, types[i]);
		cr_expect_eq(client_call(c), LK_E_UNSUPPORTED);
	}
	(void)client_begin(c, WIRE_HELLO);
	cr_expect_eq(client_call(c), LK_E_ARG);
	(void)client_begin(c, WIRE_STATUS);
	cr_expect_eq(client_call(c), LK_OK);
	client_close(c);
	daemon_stop_and_check(d);
}

Test(net, bad_fields_are_named)
{
	static const struct {
		uint8_t body[8];
		size_t len;
		const char *text;
	} bad[] = {
		{ { 3, 0, 2, 0, 1, 1 }, 6, "id_type (field 3)" },
		{ { 15, 0, 2, 0, 0, 0 }, 6, "id_no (field 15)" },
		{ { 22, 0, 9, 0, 1 }, 5, "txn_id (field 22)" },
		{ { 101, 0, 0, 0 }, 4, "field 101" },
		{ { 30, 0, 0, 0, 30, 0, 0, 0 }, 8, "branch (field 30)" },
		{ { 30 }, 1, "cut" },
	};
	struct daemon *d = daemon_start(NULL);
	struct client *c = client_open(d, "bank");
	uint8_t raw[WIRE_HEADER];
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		header(raw, WIRE_MAGIC, WIRE_VERSION, WIRE_CHECK, 0,
		    (uint32_t)bad[i].len);
		client_push(c, raw, sizeof(raw));
		client_push(c, bad[i].body, bad[i].len);
		cr_expect_eq(client_recv(c), LK_E_ARG);
		if (i < 5)
			cr_expect_not_null(strstr(client_text(c,
			    WIRE_T_MESSAGE), bad[i].text), "%s",
			    client_text(c, WIRE_T_MESSAGE));
	}
	(void)client_check(c, "after", citizen(330102, 19900101, 1), 1);
	cr_expect_eq(client_call(c), LK_OK);
	client_close(c);
	daemon_stop_and_check(d);
}

Test(net, frame_in_single_bytes)
{
	struct daemon *d = daemon_start(NULL);
	struct client *c = client_open(d, "bank");
	size_t i;

	(void)client_check(c, "slow", citizen(330102, 19900101, 2), 1);
	cr_assert_eq(wire_end(&c->out), 0);
	for (i = 0; i < c->out.len; i++)
		client_push(c, &c->request[i], 1);
	cr_expect_eq(client_recv(c), LK_OK);
	cr_expect_eq(wire_u32(&c->f, WIRE_T_DECISION, 99), LK_PASS);
	client_close(c);
	daemon_stop_and_check(d);
}

Test(net, longest_frame)
{
	struct daemon *d = daemon_start(NULL);
	struct client *c = client_open(d, "bank");
	struct wire_out *o = client_check(c, "long", citizen(330102, 19900101,
	    3), 1);
	static const uint8_t zeros[40000];
	size_t pad, i;
	uint8_t head[4] = { 0, 0x80, 0, 0 };

	/* Two fields that the daemon does not know and may skip. */
	for (i = 0; i < 2; i++) {
		pad = (WIRE_HEADER + WIRE_BODY_MAX - o->len) / (2 - i) - 4;
		head[0] = (uint8_t)i;
		head[2] = (uint8_t)pad;
		head[3] = (uint8_t)(pad >> 8);
		memcpy(&o->buf[o->len], head, 4);
		memcpy(&o->buf[o->len + 4], zeros, pad);
		o->len += 4 + pad;
	}
	cr_assert_eq(o->len, WIRE_HEADER + WIRE_BODY_MAX);
	cr_expect_eq(client_call(c), LK_OK);
	client_close(c);
	daemon_stop_and_check(d);
}

Test(net, deadlines)
{
	const struct daemon_setup setup = { .limits = "first_frame = 100ms\n"
		"frame = 100ms\nidle = 300ms\n" };
	struct daemon *d = daemon_start(&setup);
	struct client *silent = client_connect(daemon_socket(d, "bank"));
	struct client *half = client_open(d, "bank");
	struct client *idle = client_open(d, "bank");
	struct client *half_hello = client_connect(daemon_socket(d, "bank"));

	(void)client_begin(half, WIRE_STATUS);
	client_push(half, half->request, 20);
	(void)client_begin(half_hello, WIRE_HELLO);
	client_push(half_hello, half_hello->request, 31);
	cr_expect(client_hung_up(silent));
	cr_expect(client_hung_up(half));
	cr_expect(client_hung_up(half_hello));
	cr_expect(client_hung_up(idle));
	client_close(silent);
	client_close(half);
	client_close(idle);
	client_close(half_hello);
	want_well(d);
	daemon_stop_and_check(d);
}

Test(net, late_request_gets_no_entry)
{
	struct daemon *d = daemon_start(NULL);
	struct client *c = client_open(d, "bank");
	struct wire_out *o;
	uint64_t before;
	int unread = 1;

	/* Once this is answered, all before it is durable. */
	(void)client_check(c, "first", citizen(330102, 19900101, 4), 1);
	cr_assert_eq(client_call(c), LK_OK);
	before = wire_u64(&c->f, WIRE_T_SEQ, 0);
	o = client_begin(c, WIRE_CHECK);
	wire_put_u32(o, WIRE_T_REMAINING_MS, 1);
	wire_put_text(o, WIRE_T_TXN_ID, "too-late");
	cr_assert_eq(wire_end(o), 0);
	client_push(c, c->request, 40);
	/* Wait until the daemon has it, and the caller has given up. */
	while (unread > 0) {
		cr_assert_eq(ioctl(c->fd, SIOCOUTQ, &unread), 0);
		(void)poll(NULL, 0, 1);
	}
	(void)poll(NULL, 0, 30);
	client_push(c, c->request + 40, o->len - 40);
	cr_expect_eq(client_recv(c), LK_E_TIMEOUT);
	(void)client_begin(c, WIRE_STATUS);
	cr_assert_eq(client_call(c), LK_OK);
	cr_expect_eq(wire_u64(&c->f, WIRE_T_SEQ, 0), before);
	client_close(c);
	daemon_stop_and_check(d);
}

#define PIPELINED 400

Test(net, pipelined_replies_keep_their_order)
{
	const struct daemon_setup setup = { .limits =
		"checks_per_teller_minute = 0\npersons_per_teller_day = 0\n" };
	struct daemon *d = daemon_start(&setup);
	struct client *c = client_open(d, "bank");
	uint8_t (*ids)[WIRE_ID] = calloc(PIPELINED, WIRE_ID);
	uint64_t seq = 0;
	char txn[32];
	pid_t pid;
	int i, status;

	cr_assert_not_null(ids);
	for (i = 0; i < PIPELINED; i++)
		memset(ids[i], i + 1, WIRE_ID), ids[i][0] = (uint8_t)(i >> 8);
	pid = fork();
	cr_assert(pid >= 0);
	for (i = 0; pid == 0 && i < PIPELINED; i++) {
		(void)snprintf(txn, sizeof(txn), "p-%d", i);
		/* Also some that wait for nothing, in between. */
		if (i % 7 == 3)
			(void)client_begin(c, 999);
		else
			(void)client_check(c, txn, citizen(330102, 19900101 +
			    (unsigned)(i / 100), 10 + (unsigned)i % 100), 1);
		memcpy(&c->request[16], ids[i], WIRE_ID);
		client_send(c);
	}
	if (pid == 0)
		_exit(0);
	for (i = 0; i < PIPELINED; i++) {
		int rc = client_recv(c);

		cr_assert_arr_eq(c->head.id, ids[i], WIRE_ID, "reply %d", i);
		if (i % 7 == 3) {
			cr_assert_eq(rc, LK_E_UNSUPPORTED);
			continue;
		}
		cr_assert_eq(rc, LK_OK);
		cr_assert_gt(wire_u64(&c->f, WIRE_T_SEQ, 0), seq);
		seq = wire_u64(&c->f, WIRE_T_SEQ, 0);
	}
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	free(ids);
	client_close(c);
	daemon_stop_and_check(d);
}

Test(net, half_closed_peer_still_gets_its_replies)
{
	struct daemon *d = daemon_start(NULL);
	struct client *c = client_open(d, "bank");
	int i;
	char txn[32];

	for (i = 0; i < 5; i++) {
		(void)snprintf(txn, sizeof(txn), "h-%d", i);
		(void)client_check(c, txn, citizen(330102, 19800101,
		    (unsigned)i), 1);
		client_send(c);
	}
	cr_assert_eq(shutdown(c->fd, SHUT_WR), 0);
	for (i = 0; i < 5; i++)
		cr_expect_eq(client_recv(c), LK_OK);
	cr_expect(client_hung_up(c));
	client_close(c);
	daemon_stop_and_check(d);
}

Test(net, slow_reader_is_not_read_and_then_dropped)
{
	const struct daemon_setup setup = { .limits = "output = 16K\n"
		"write_stall = 300ms\n" };
	struct daemon *d = daemon_start(&setup);
	struct client *slow = client_open(d, "bank"), *other;
	const int small = 4096;
	size_t sent = 0;
	ssize_t n;

	other = client_open(d, "bank");
	(void)setsockopt(slow->fd, SOL_SOCKET, SO_RCVBUF, &small,
	    sizeof(small));
	(void)client_begin(slow, WIRE_STATUS);
	cr_assert_eq(wire_end(&slow->out), 0);
	while ((n = send(slow->fd, slow->request, slow->out.len,
	    MSG_NOSIGNAL)) > 0) {
		sent += (size_t)n;
		/* Others are served all the while. */
		if (sent % 65536 < (size_t)n) {
			(void)client_begin(other, WIRE_STATUS);
			cr_assert_eq(client_call(other), LK_OK);
		}
		cr_assert_lt(sent, (size_t)64 << 20, "it is read for ever");
	}
	cr_expect(errno == EPIPE || errno == ECONNRESET, "%s",
	    strerror(errno));
	(void)client_begin(other, WIRE_STATUS);
	cr_expect_eq(client_call(other), LK_OK);
	cr_expect_not_null(strstr(daemon_log(d), "does not fetch"));
	client_close(slow);
	client_close(other);
	daemon_stop_and_check(d);
}

Test(net, connections_per_uid)
{
	const struct daemon_setup setup = { .limits =
		"connections_per_uid = 3\n" };
	struct daemon *d = daemon_start(&setup);
	struct client *c[3], *more;
	int i;

	for (i = 0; i < 3; i++)
		c[i] = client_open(d, i == 1 ? "telco" : "bank");
	more = client_connect(daemon_socket(d, "bank"));
	cr_expect(client_hung_up(more));
	client_close(more);
	/* The third still works, and its place can be taken again. */
	(void)client_begin(c[2], WIRE_STATUS);
	cr_expect_eq(client_call(c[2]), LK_OK);
	cr_assert_eq(shutdown(c[2]->fd, SHUT_WR), 0);
	cr_expect(client_hung_up(c[2]));
	client_close(c[2]);
	want_well(d);
	client_close(c[0]);
	client_close(c[1]);
	daemon_stop_and_check(d);
}

Test(net, connections_in_all_wait_in_the_queue)
{
	const struct daemon_setup setup = { .limits = "connections = 2\n" };
	struct daemon *d = daemon_start(&setup);
	struct client *a = client_open(d, "bank"), *b = client_open(d, "bank");
	struct client *waits = client_connect(daemon_socket(d, "telco"));
	struct wire_out *o = client_begin(waits, WIRE_HELLO);

	wire_put_u32(o, WIRE_T_VERSION_MIN, 1);
	wire_put_u32(o, WIRE_T_VERSION_MAX, 1);
	client_send(waits);
	(void)client_begin(a, WIRE_STATUS);
	cr_expect_eq(client_call(a), LK_OK);
	client_close(b);
	cr_expect_eq(client_recv(waits), LK_OK);
	client_close(a);
	client_close(waits);
	daemon_stop_and_check(d);
}

Test(net, out_of_descriptors)
{
	const struct daemon_setup setup = { .limits =
		"connections = 1000\nconnections_per_uid = 1000\n" };
	struct daemon *d = daemon_start(&setup);
	const struct rlimit low = { 40, 40 };
	struct client *c[60];
	int i, n = 0;

	cr_assert_eq(prlimit(daemon_pid(d), RLIMIT_NOFILE, &low,
	    NULL), 0);
	for (i = 0; i < 60; i++)
		c[n++] = client_connect(daemon_socket(d, "bank"));
	/* Those that got in are served, and room is found again. */
	for (i = 0; i < n; i++)
		client_close(c[i]);
	want_well(d);
	daemon_stop_and_check(d);
}

Test(net, two_daemons_want_the_same)
{
	struct daemon *d = daemon_start(NULL), *e;
	struct daemon_setup setup = { .no_ready = 1 };
	char text[512];
	int status;

	free(daemon_run(d, "--foreground", &status));
	cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == EX_CANTCREAT,
	    "the same data directory: status 0x%x", (unsigned)status);
	(void)snprintf(text, sizeof(text), "[institution bank]\n"
	    "socket = \"%s\"\n", daemon_socket(d, "bank"));
	setup.sections = text;
	e = daemon_start(&setup);
	status = daemon_wait(e);
	cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == EX_UNAVAILABLE,
	    "the same socket: status 0x%x", (unsigned)status);
	cr_expect_not_null(strstr(daemon_log(e), "another liangkad listens"));
	daemon_discard(e);
	want_well(d);
	daemon_stop_and_check(d);
}

Test(net, stale_socket_is_replaced_and_removed_at_the_end)
{
	struct daemon *d = daemon_start(NULL);
	struct stat st;

	(void)daemon_kill(d, SIGKILL);
	cr_expect_eq(lstat(daemon_socket(d, "bank"), &st), 0);
	daemon_restart(d);
	want_well(d);
	cr_expect_eq(lstat(daemon_socket(d, "bank"), &st), 0);
	cr_expect_eq(st.st_mode & 07777, 0660);
	cr_expect_eq(daemon_kill(d, SIGTERM), 0);
	cr_expect_eq(lstat(daemon_socket(d, "bank"), &st), -1);
	daemon_stop_and_check(d);
}

Test(net, file_in_the_way_is_left_alone)
{
	struct daemon *d = daemon_start(NULL);
	int status;

	cr_expect_eq(daemon_kill(d, SIGINT), 0);
	cr_assert(close(open(daemon_socket(d, "telco"), O_CREAT | O_WRONLY,
	    0600)) == 0);
	free(daemon_run(d, "--foreground", &status));
	cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == EX_UNAVAILABLE);
	cr_expect_eq(access(daemon_socket(d, "telco"), F_OK), 0);
	daemon_stop_and_check(d);
}

Test(net, unknown_uid_is_denied)
{
	struct daemon *d;
	struct client *c;
	struct wire_out *o;
	int status;
	pid_t pid;

	if (geteuid() != 0)
		cr_skip("skipped: needs root to be somebody else");
	d = daemon_start(NULL);
	cr_assert_eq(chmod(daemon_dir(d), 0755), 0);
	cr_assert_eq(chmod(daemon_socket(d, "bank"), 0666), 0);
	pid = fork();
	cr_assert(pid >= 0);
	if (pid == 0) {
		if (setgid(65534) != 0 || setuid(65534) != 0)
			_exit(2);
		/* An assertion that fails in here would stall Criterion. */
		if (access(daemon_socket(d, "bank"), W_OK) != 0)
			_exit(4);
		c = client_connect(daemon_socket(d, "bank"));
		o = client_begin(c, WIRE_HELLO);
		wire_put_u32(o, WIRE_T_VERSION_MIN, 1);
		wire_put_u32(o, WIRE_T_VERSION_MAX, 1);
		_exit(client_call(c) == LK_E_DENIED && client_hung_up(c) ? 0 :
		    1);
	}
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	cr_expect_eq(status, 0);
	daemon_stop_and_check(d);
}
