#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "keys/keydisk.h"
#include "keys/wipe.h"

#include "command.h"
#include "json.h"
#include "linkdir.h"
#include "moment.h"
#include "nodeca.h"

struct options {
	const char *dir, *ca;
};

static const struct arg args[] = {
	{ "dir", ARG_STRING, ARG_REQUIRED, "DIR", "directory of the link's key "
	    "and certificate", NULL, 0, 0, ARG_AT(struct options, dir) },
	{ "ca", ARG_STRING, 0, "FILE", "the authority's certificate (default: "
	    "ca.crt in DIR); kept there", NULL, 0, 0, ARG_AT(struct options,
	    ca) },
	ARG_END
};

/* Which key is it for?  The new one, the present one (NULL), or neither. */
static int
which(const struct tool *t, const char *dir, const char *crt, const char *file,
    const char **key)
{
	char pem[NODECERT_PEM_MAX] = "";
	int rc = ARGS_GO, fits = 0;

	*key = NULL;
	if (linkdir_has(dir, LINKDIR_NEW)) {
		rc = linkdir_key(t, dir, LINKDIR_NEW, pem);
		if (rc == ARGS_GO && nodecert_match(crt, pem)) {
			*key = LINKDIR_NEW;
			fits = 1;
		}
	}
	if (rc == ARGS_GO && !fits) {
		rc = linkdir_key(t, dir, LINKDIR_KEY, pem);
		fits = rc == ARGS_GO && nodecert_match(crt, pem);
	}
	wipe(pem, sizeof(pem));
	if (rc != ARGS_GO || fits)
		return (rc);
	return (tool_fail(t, TOOL_DATA,
	    "%s：不是本机密钥的证书（%s/link.key）",
	    "%s: is not for a private key of this machine (%s/link.key)", file,
	    dir));
}

/* Put the new key in the place of the present one, durably. */
static int
switch_key(const struct tool *t, const char *dir)
{
	char from[LINKDIR_PATH_MAX], to[LINKDIR_PATH_MAX];
	int fd, rc;

	rc = rename(linkdir_path(dir, LINKDIR_NEW, from), linkdir_path(dir,
	    LINKDIR_KEY, to));
	if (rc == 0) {
		fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		rc = fd >= 0 ? fsync(fd) : -1;
		if (fd >= 0)
			(void)close(fd);
	}
	if (rc == 0)
		return (ARGS_GO);
	return (tool_fail(t, TOOL_IO, "%s：%s", "%s: %s", to,
	    tool_errno(t, errno)));
}

/* Put all in place.  Broken off in between, the same command ends it. */
static int
install(const struct tool *t, const char *dir, const char *crt, const char *ca,
    const char *key)
{
	char path[LINKDIR_PATH_MAX];
	int rc;

	if ((rc = nodeca_write(t, linkdir_path(dir, LINKDIR_CA, path), ca,
	    0644)) != ARGS_GO ||
	    (key != NULL && (rc = switch_key(t, dir)) != ARGS_GO))
		return (rc);
	return (nodeca_write(t, linkdir_path(dir, LINKDIR_CERT, path), crt,
	    0644));
}

/* Say what is there now. */
static int
tell(const struct tool *t, const struct nodecert *c, const char *ca,
    const char *dir)
{
	char at[MOMENT_SIZE], print[NODECA_PRINT];
	struct keyfile_error e;
	struct nodecert a;
	struct json j;

	if (nodecert_read(&a, ca, &e) != 0)
		return (nodeca_fail(t, &e));
	nodeca_print(a.print, print);
	if (t->json) {
		json_begin(&j, t->out);
		json_text(&j, "node", c->node);
		json_text(&j, "domain", c->domain);
		json_text(&j, "serial", c->serial);
		json_time(&j, "ends", c->ends * 1000);
		json_text(&j, "fingerprint", print);
		json_end(&j);
	} else
		(void)fprintf(t->out, tool_zh(t,
		    "节点 %s 的证书 %s 已就位，有效至 %s：%s\n"
		    "颁发机构指纹（请在电话里核对）：%s\n"
		    "运行中的 liangkad 收到 SIGHUP 后采用。\n",
		    "In place: node %s, certificate %s, until %s: %s\n"
		    "The authority's fingerprint, to compare by telephone: %s\n"
		    "A running liangkad takes it at SIGHUP.\n"), c->node,
		    c->serial, moment_print(c->ends * 1000, at), dir, print);
	return (TOOL_OK);
}

/* The command. */
static int
run(struct tool *t, int argc, char **argv)
{
	char crt[NODECERT_PEM_MAX], ca[NODECERT_PEM_MAX];
	char path[LINKDIR_PATH_MAX];
	struct options o = { .dir = NULL };
	struct keyfile_error e;
	struct nodecert c;
	const char *key;
	int rc;

	if ((rc = args_read(t, &o, &argc, argv)) != ARGS_GO ||
	    (rc = args_operands(t, argc, argv, 1, 1, "证书文件", "the file "
	    "of a certificate")) != ARGS_GO)
		return (rc);
	if (o.ca == NULL && !linkdir_has(o.dir, LINKDIR_CA))
		return (tool_fail(t, TOOL_NOINPUT,
		    "%s：还没有颁发机构的证书；首次安装请用 --ca 指明",
		    "%s: the authority's certificate is not there yet; name it "
		    "with --ca the first time", o.dir));
	if (keydisk_read_public(crt, sizeof(crt), argv[0], &e) < 0 ||
	    keydisk_read_public(ca, sizeof(ca), o.ca != NULL ? o.ca :
	    linkdir_path(o.dir, LINKDIR_CA, path), &e) < 0)
		return (nodeca_fail(t, &e));
	if (nodecert_check(&c, crt, ca, t->now_ms() / 1000, &e) != 0)
		return (tool_fail(t, TOOL_DATA, "%s：%s", "%s: %s", argv[0],
		    e.text));
	if ((rc = which(t, o.dir, crt, argv[0], &key)) != ARGS_GO ||
	    (rc = install(t, o.dir, crt, ca, key)) != ARGS_GO)
		return (rc);
	return (tell(t, &c, ca, o.dir));
}

const struct command cmd_node_install = {
	.name = "node install",
	.synopsis = "CRT --dir DIR [--ca FILE] [options]",
	.brief = "put this node's certificate in place (安装节点证书)",
	.text = "Looks at a certificate that came back from the authority (is it "
	    "signed by it, in its time, and for a private key of this machine?) "
	    "and puts it into DIR as link.crt, the authority's as ca.crt, and "
	    "after a renewal link.key.new as link.key.  Nothing is changed when "
	    "something is wrong.\n"
	    "\n"
	    "The first time --ca names the authority's certificate: compare its "
	    "fingerprint with the one that was read out, since it decides whom "
	    "this node trusts.",
	.args = args,
	.exits = "0  in place\n64 wrong usage\n"
	    "65 the certificate is no good, or not for this machine\n"
	    "66 there is no such file\n74 read or write error\n"
	    "77 a key file may not be read\n",
	.examples = "liangka node install b017.crt --ca ca.crt --dir "
	    "/etc/liangka/link\n",
	.run = run,
};
