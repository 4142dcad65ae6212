#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "host.h"

/* Find one call; a data pointer becomes a function pointer as POSIX allows. */
static int
find(struct host *h, const char *name, void *slot)
{
	void *p = dlsym(h->library, name);

	if (p == NULL) {
		fprintf(stderr, "demo-play: the library has no %s\n", name);
		return (-1);
	}
	memcpy(slot, &p, sizeof(p));
	return (0);
}

/* Load, and look all calls up before anything is asked. */
int
host_load(struct host *h, const char *path, const char *conf_dir)
{
	memset(h, 0, sizeof(*h));
	h->conf_dir = conf_dir;
	if ((h->library = dlopen(path, RTLD_NOW | RTLD_LOCAL)) == NULL) {
		fprintf(stderr, "demo-play: %s\n", dlerror());
		return (-1);
	}
	if (find(h, "lk_abi", &h->abi) < 0 ||
	    find(h, "lk_version", &h->version) < 0 ||
	    find(h, "lk_strerror", &h->strerror) < 0 ||
	    find(h, "lk_open", &h->open) < 0 ||
	    find(h, "lk_close", &h->close) < 0 ||
	    find(h, "lk_check", &h->check) < 0 ||
	    find(h, "lk_confirm", &h->confirm) < 0 ||
	    find(h, "lk_cancel", &h->cancel) < 0 ||
	    find(h, "lk_retire", &h->retire) < 0 ||
	    find(h, "lk_resolve", &h->resolve) < 0 ||
	    find(h, "lk_status", &h->status) < 0 ||
	    find(h, "lk_message", &h->message) < 0)
		return (-1);
	if (h->abi() != LK_ABI) {
		fprintf(stderr, "demo-play: the library has version %u of the "
		    "interface, not %d\n", h->abi(), LK_ABI);
		return (-1);
	}
	return (0);
}

/* Where an institution is in the table, or -1. */
static int
place(const struct host *h, const char *id)
{
	for (size_t i = 0; i < h->handles; i++) {
		if (strcmp(h->institution[i].id, id) == 0)
			return ((int)i);
	}
	return (-1);
}

/* The library itself tells why it did not open. */
int
host_open(struct host *h, const char *id)
{
	int i = place(h, id);
	char why[1024] = "";

	if (i >= 0)
		return (i);
	if (h->handles == HOST_HANDLES) {
		fprintf(stderr, "demo-play: more than %d institutions\n",
		    HOST_HANDLES);
		return (-1);
	}
	i = (int)h->handles;
	snprintf(h->institution[i].id, sizeof(h->institution[i].id), "%s", id);
	if ((size_t)snprintf(h->institution[i].conf,
	    sizeof(h->institution[i].conf), "%s/%s.conf", h->conf_dir, id) >=
	    sizeof(h->institution[i].conf)) {
		fprintf(stderr, "demo-play: the name of --conf-dir is too "
		    "long\n");
		return (-1);
	}
	int32_t handle = h->open(h->institution[i].conf, 0);
	if (handle <= 0) {
		h->message(0, NULL, LK_TEXT_TELLER, LK_LANG_EN, why,
		    sizeof(why), 0);
		fprintf(stderr, "demo-play: %s\n", why[0] != '\0' ? why :
		    h->strerror(handle));
		return (-1);
	}
	h->institution[i].handle = handle;
	h->handles++;
	return (i);
}

/* Zero is no handle. */
int32_t
host_handle(const struct host *h, const char *id)
{
	int i = place(h, id);

	return (i >= 0 ? h->institution[i].handle : 0);
}

/* From the same file. */
int32_t
host_again(const struct host *h, const char *id)
{
	int i = place(h, id);

	return (i >= 0 ? h->open(h->institution[i].conf, 0) : LK_E_HANDLE);
}

/* The library stays loaded: it is linked so. */
void
host_unload(struct host *h)
{
	for (size_t i = 0; i < h->handles; i++)
		h->close(h->institution[i].handle);
	h->handles = 0;
}
