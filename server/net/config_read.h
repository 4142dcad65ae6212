#ifndef LIANGKA_CONFIG_READ_H_
#define LIANGKA_CONFIG_READ_H_

/*
 * Inside of config: the table of liangkad.conf, and a reading in progress.
 */

#include "config.h"

/* Where something stands in the text. */
struct config_spot {
	size_t at;
	size_t span;
};

/* What is remembered of each section in config.grants until the end. */
struct config_section {
	char socket_path[CONFIG_SOCKET_MAX + 1];
	struct config_spot head, socket;
	int rights_given;
};

/* One [outlet]: its institution may follow later in the file. */
struct config_outlet {
	char name[CONF_MAX_INSTANCE + 1];
	int32_t area;
	struct config_spot head;
};

struct config_reader {
	struct conf_doc doc;
	struct config *config;
	struct config_section *section;	/* one for each of config->grants */
	struct config_outlet *outlet;
	size_t noutlets;
	struct config_spot node, data, policy, key[CONFIG_KEYS_MAX];
	struct config_spot domain, witness, seal_cert;
	struct config_spot log_key[CONFIG_LOG_KEYS_MAX];
	struct config_spot link, link_files, children;
	int in_upstream;	/* the section being read is [upstream] */
	struct config_spot lists, lists_root, list_key[CONFIG_KEYS_MAX];
	int nomem;
};

/**
 * config_read(r, flags): Read r->doc into r->config, which holds the defaults,
 * and check all of it that can be checked without looking at files.
 */
void config_read(struct config_reader *r, unsigned flags);

#endif /* !LIANGKA_CONFIG_READ_H_ */
