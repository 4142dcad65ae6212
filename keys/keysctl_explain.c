#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "keysctl.h"

/* Print one of the texts; they take the names as arguments 1 to 3. */
#define SAY(...)	(void)printf("\n" __VA_ARGS__)

/* The whole path of a file, as liangkad.conf wants it. */
static const char *
whole(const char *path, char buf[PATH_MAX])
{

	return (realpath(path, buf) != NULL ? buf : path);
}

/* The key that makes tokens of persons. */
static void
explain_person(const struct keyfile *k)
{

	SAY(
"This key turns identity numbers, phones, addresses and card numbers into\n"
"tokens, so that liangkad stores, logs and sends none of them in clear.\n"
"\n"
"1. Back it up offline now: two sealed copies in two safes. When it is lost,\n"
"   no record made with it can ever be matched to a person again.\n"
"2. Every node of the region needs this same file. Copy it over a safe way,\n"
"   make it belong to the user liangkad runs as, with mode 0400, and run\n"
"   \"liangka-keys show\" there: the id must be %s.\n"
"3. Keep it from everyone else: whoever has it can find the person behind\n"
"   every token by trying all numbers.\n", k->id);
}

/* The key that makes tokens in lists. */
static void
explain_list(const struct keyfile *k)
{

	SAY(
"This key makes the tokens that stand in the centre's lists, and no others:\n"
"when it is replaced, the lists are made anew and the journals stay.\n"
"\n"
"1. Back it up offline.\n"
"2. The centre and every node that reads its lists need this same file, with\n"
"   mode 0400; \"liangka-keys show\" must say %s there.\n", k->id);
}

/* The key of a node's record. */
static void
explain_log(const struct keyfile *k, const char *out)
{
	char path[PATH_MAX];
	int sm2 = k->algorithm == KEYFILE_SM2_SM3;

	SAY(
"This key signs the record of one node: %s.\n"
"\n"
"1. Leave it on that node, owned by the user liangkad runs as, and name it in\n"
"   [log] of liangkad.conf%s:\n"
"   key = %s\"%s\"\n"
"2. Hand %s.pub to the centre, the witness and the auditors, and read\n"
"   \"liangka-keys fingerprint %s.pub\" to them over the telephone:\n"
"   with it anybody can check the record, and nobody can change it.\n"
"3. Do not copy it to another node. When it is lost or disclosed, rotate it.\n",
	    k->name, sm2 ? " after the Ed25519 one, for profile = gm" : "",
	    sm2 ? "\"...\", " : "", whole(out, path), out, out);
}

/* The key of a witness. */
static void
explain_witness(const struct keyfile *k, const char *out)
{

	SAY(
"With this key %s cosigns\n"
"the heads of other nodes' records, once it has seen that nothing was taken\n"
"back (\"liangka log witness\").\n"
"\n"
"1. Keep it on the witness alone, best on a machine that the nodes' staff\n"
"   cannot reach.\n"
"2. Put the line in %s.pub into liangkad.conf of every node that it\n"
"   witnesses (witness_key in [upstream] where it is the node above that\n"
"   cosigns, else in [log]), after comparing \"liangka-keys fingerprint\" on\n"
"   both sides.\n", k->name, out);
}

/* A person's own key. */
static void
explain_staff(const struct keyfile *k, const char *out)
{

	SAY(
"This key is %s's own signature. Whatever it signs is recorded under this\n"
"name: each look at a person or an entry, each step of a case or an alert, each\n"
"unsealing, each erasure.\n"
"\n"
"1. Give it to that person alone; nobody else may hold a copy, so there is no\n"
"   backup: when it is lost, make a new one.\n"
"2. Put the line in %s.pub into liangkad.conf of the nodes where this\n"
"   person works: [staff %s], key = \"...\", rights = access, review, alert ...\n"
"3. When the person leaves, take the section out again.\n", k->name, out,
	    k->name);
}

/* A publishing role of the centre. */
static void
explain_role(const struct keyfile *k, const char *out)
{
	const char *kind = keyfile_kind_name(k->kind);

	SAY(
"This is one key of the publishing role \"%s\": with it the centre signs\n"
"what its lists and policies are.\n"
"\n", kind);
	if (k->kind == KEYFILE_ROOT || k->kind == KEYFILE_TARGETS)
		(void)printf(
"1. Keep it offline, on paper or on a medium in a safe, each key of the role\n"
"   with another person: two of three sign together.\n");
	else
		(void)printf(
"1. Leave it on the machine that publishes. It can be replaced at any time by\n"
"   those who hold the root keys.\n");
	(void)printf(
"2. Hand %s.pub to whoever writes the root metadata, and compare\n"
"   \"liangka-keys fingerprint %s.pub\" over the telephone.\n", out, out);
}

/* The sealing key. */
static void
explain_seal(const struct keyfile *k, const char *out)
{
	char crt[KEYSCTL_PATH_MAX] = "";

	(void)keysctl_beside(crt, k->kind, out);
	SAY(
"This key opens the identities that the nodes seal for %s. Nobody else\n"
"can read them, not even the nodes.\n"
"\n"
"1. Back it up offline now: what was sealed cannot be opened without it. Keep\n"
"   it at the centre, where \"liangka unseal\" is run, and nowhere else.\n"
"2. Give the certificate %s to every node ([seal] certificate in\n"
"   liangkad.conf), and compare \"liangka-keys fingerprint %s\".\n"
"3. openssl reads it too: openssl cms -decrypt -inform DER -inkey %s\n",
	    k->name, crt, crt, out);
}

/* Explain a new key. */
void
keysctl_explain(const struct keyfile *k, const char *out)
{

	switch (k->kind) {
	case KEYFILE_TOKEN_PERSON:
		explain_person(k);
		break;
	case KEYFILE_TOKEN_LIST:
		explain_list(k);
		break;
	case KEYFILE_LOG:
		explain_log(k, out);
		break;
	case KEYFILE_WITNESS:
		explain_witness(k, out);
		break;
	case KEYFILE_STAFF:
		explain_staff(k, out);
		break;
	case KEYFILE_ROOT:
	case KEYFILE_TARGETS:
	case KEYFILE_SNAPSHOT:
	case KEYFILE_TIMESTAMP:
		explain_role(k, out);
		break;
	case KEYFILE_SEAL:
		explain_seal(k, out);
		break;
	}
}

/* Tell what to do with the successor of a key. */
void
keysctl_explain_rotated(const struct keyfile *k, const char *out,
    const char *old)
{
	char path[PATH_MAX];

	switch (k->kind) {
	case KEYFILE_TOKEN_PERSON:
		SAY(
"Epoch %u follows %u. Back up %s offline; its id is\n"
"%s.\n"
"\n"
"It is for journals that are begun from now on. liangkad does not move records\n"
"from one epoch to the next yet: under a new key it would find nobody's record,\n"
"so it refuses one that its journal was not begun with. Leave token_key of a\n"
"running node as it is, and keep %s as long as its journal.\n",
		    (unsigned)k->epoch, (unsigned)k->epoch - 1, out, k->id,
		    old);
		break;
	case KEYFILE_TOKEN_LIST:
		SAY(
"Epoch %u follows %u. Copy %s to the centre and the nodes, make the\n"
"lists anew with it (a snapshot, no delta), and remove %s when every\n"
"node has the new lists.\n", (unsigned)k->epoch, (unsigned)k->epoch - 1, out,
		    old);
		break;
	case KEYFILE_LOG:
		SAY(
"1. Hand %s.pub to the centre, the witness and the auditors, and let\n"
"   them keep the old one: it verifies what it signed.\n"
"2. In [log] of liangkad.conf let key name this file in place of the old one:\n"
"   \"%s\"\n"
"   and put earlier = \"...\", with the line in %s.pub.\n"
"   Restart liangkad: it goes on with the new key.\n"
"3. Destroy %s, but not its .pub.\n", out, whole(out, path), old, old);
		break;
	case KEYFILE_SEAL:
		keysctl_explain(k, out);
		(void)printf(
"4. Keep %s: what the nodes sealed until now opens with it alone.\n", old);
		break;
	case KEYFILE_WITNESS:
	case KEYFILE_STAFF:
	case KEYFILE_ROOT:
	case KEYFILE_TARGETS:
	case KEYFILE_SNAPSHOT:
	case KEYFILE_TIMESTAMP:
		keysctl_explain(k, out);
		(void)printf("%s"
"When every place that knew the old key knows this one, destroy %s.\n"
"Its .pub stays with whoever may have to verify old signatures.\n",
		    k->kind == KEYFILE_ROOT ?
		    "New root metadata is signed by the old keys and the new "
		    "ones.\n" : "", old);
		break;
	}
}
