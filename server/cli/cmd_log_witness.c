#include <sys/stat.h>

#include <errno.h>
#include <string.h>

#include "keys/signkey.h"

#include "command.h"
#include "logkeys.h"
#include "logwitness.h"

struct options {
	const char *state;
	const char *key;
	struct arg_list log_key;
	int32_t request;
};

static const struct arg args[] = {
	{ "state", ARG_STRING, ARG_REQUIRED, "DIR", "what was cosigned last, "
	    "and evidence of forks; made if it is absent.  Never lose it, "
	    "never restore an older copy", NULL, 0, 0,
	    ARG_AT(struct options, state) },
	{ "key", ARG_STRING, ARG_REQUIRED, "FILE", "key file of kind witness",
	    NULL, 0, 0, ARG_AT(struct options, key) },
	{ "log-key", ARG_LIST, ARG_REQUIRED, "VKEY|FILE", "verifier keys of the "
	    "logs or nodes that are served; a file holds one a line", NULL, 0,
	    0, ARG_AT(struct options, log_key) },
	{ "request", ARG_FLAG, 0, NULL, "answer one add-checkpoint request from "
	    "standard input; as CGI where GATEWAY_INTERFACE is set", NULL, 0,
	    0, ARG_AT(struct options, request) },
	ARG_END
};

/* Do what is asked with the keys at hand. */
static int
serve(const struct tool *t, const struct options *o, const struct witness *w,
    int argc, char **argv)
{

	if (mkdir(o->state, 0755) != 0 && errno != EEXIST)
		return (tool_fail(t, errno == EACCES ? TOOL_DENIED : TOOL_IO,
		    "--state %s：%s", "--state %s: %s", o->state,
		    tool_errno(t, errno)));
	return (o->request ? logwitness_request(t, w) :
	    logwitness_pull(t, w, argc, argv));
}

/* Load the keys. */
static int
load(const struct tool *t, const struct options *o, struct note_signer *key,
    struct logkeys *logs)
{
	struct keyfile_error err;

	if (signkey_load(key, o->key, KEYFILE_WITNESS, t->now_ms() / 1000,
	    &err) != 0)
		return (tool_fail(t, err.fault == KEYFILE_ABSENT ?
		    TOOL_NOINPUT : err.fault == KEYFILE_DENIED ||
		    err.fault == KEYFILE_EXPIRED ? TOOL_DENIED :
		    err.fault == KEYFILE_IO ? TOOL_IO : TOOL_DATA,
		    "--key：%s", "--key: %s", err.text));
	return (logkeys_read(t, logs, "log-key", &o->log_key));
}

/* The command. */
static int
run(struct tool *t, int argc, char **argv)
{
	struct options o = { .state = NULL };
	struct logkeys logs = { .n = 0 };
	struct note_signer key;
	struct witness w;
	int rc;

	if ((rc = args_read(t, &o, &argc, argv)) != ARGS_GO ||
	    (rc = args_operands(t, argc, argv, o.request ? 0 : 1, o.request ?
	    0 : ARG_LIST_MAX, "日志位置", "DIR|URL")) != ARGS_GO)
		return (rc);
	memset(&key, 0, sizeof(key));
	if ((rc = load(t, &o, &key, &logs)) == ARGS_GO) {
		w = (struct witness){ .dir = o.state, .signer = &key,
			.logs = logkeys_const(&logs), .nlogs = logs.n };
		rc = serve(t, &o, &w, argc, argv);
	} else if (o.request)
		logwitness_unable(t);
	note_signer_wipe(&key);
	logkeys_free(&logs);
	return (rc);
}

const struct command cmd_log_witness = {
	.name = "log witness",
	.synopsis = "--state DIR --key FILE --log-key VKEY|FILE... "
	    "{DIR|URL... | --request}",
	.brief = "cosign the heads of branches' logs (会签检查点)",
	.text = "The centre watches that a branch's record only grows.  Each "
	    "head is compared with the one that was cosigned last: the log's "
	    "own tiles must prove that it goes on from there.  Then it is "
	    "cosigned (C2SP tlog-cosignature, Ed25519) and kept; beside a log "
	    "in a directory it is left as checkpoint.cosigned, which the "
	    "branch's daemon compares with its disk when it starts.  A head "
	    "that forks or rolls back is refused, and both heads are kept in "
	    "DIR/evidence.\n"
	    "\n"
	    "With places, their logs are read.  With --request one "
	    "add-checkpoint request of the C2SP tlog-witness protocol is read "
	    "from standard input and answered: behind any web server as a CGI "
	    "script of one line, or by hand (the status goes to standard "
	    "error).  Several processes may share one --state.",
	.args = args,
	.exits = "0  cosigned\n"
	    "1  REFUSED: a fork, a roll-back, a wrong signature, no key for "
	    "that log; with --request also 409\n"
	    "64 wrong usage\n65 a log is damaged, a key or a request malformed\n"
	    "66 there is no log, no such key file\n74 read or write error\n"
	    "75 other processes keep cosigning the same log\n"
	    "77 no right to read it, or the key has expired\n",
	.examples = "liangka log witness --state /var/lib/witness --key "
	    "centre.key --log-key branches.vkeys https://b017.bank.example/log\n"
	    "liangka log witness --state w --key w.key --log-key "
	    "b017.key.pub --request <body\n",
	.run = run,
};
