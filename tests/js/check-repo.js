// Read a repository with tuf-js, as its own client does over HTTP:
//
//	node check-repo.js MODULES REPO STATE ROOT SECONDS
//
// MODULES is the directory that holds node_modules; REPO is served on 127.0.0.1;
// STATE keeps what the client trusts, begun with ROOT; SECONDS is the time (UTC, since
// 1970) that the client takes it to be.  All targets are downloaded.  Prints "targets
// VERSION, N files" and exits 0, or "refused: ..." and exits 1.
'use strict';
const fs = require('fs');
const http = require('http');
const path = require('path');
const { createRequire } = require('module');

const [modules, repo, state, root, seconds] = process.argv.slice(2);

// What time it is, for everybody in here.
const RealDate = Date;
globalThis.Date = class extends RealDate {
	constructor(...args) {
		super(...(args.length > 0 ? args : [Number(seconds) * 1000]));
	}
	static now() {
		return Number(seconds) * 1000;
	}
};

for (const name of Object.keys(process.env))
	if (/_proxy$/i.test(name))
		delete process.env[name];

const { Updater } = createRequire(path.resolve(modules, 'x.js'))('tuf-js');

// Answer from a directory; no path leads out of it.
function serve(dir) {
	const server = http.createServer((request, response) => {
		const name = decodeURIComponent(request.url);
		const file = path.join(dir, path.normalize(name));

		fs.readFile(file, (error, data) => {
			response.writeHead(error ? 404 : 200);
			response.end(error ? '' : data);
		});
	});
	return new Promise((resolve) =>
	    server.listen(0, '127.0.0.1', () => resolve(server)));
}

async function main() {
	const server = await serve(repo);
	const base = `http://127.0.0.1:${server.address().port}`;
	const files = path.join(state, 'files');
	let n = 0;

	fs.mkdirSync(files, { recursive: true });
	if (!fs.existsSync(path.join(state, 'root.json')))
		fs.copyFileSync(root, path.join(state, 'root.json'));
	try {
		const updater = new Updater({
			metadataDir: state,
			metadataBaseUrl: `${base}/metadata`,
			targetDir: files,
			targetBaseUrl: `${base}/targets`,
			config: { fetchRetries: 0, fetchRetry: 0 },
		});

		await updater.refresh();
		const targets = JSON.parse(fs.readFileSync(path.join(state,
		    'targets.json'))).signed;
		for (const name of Object.keys(targets.targets)) {
			const info = await updater.getTargetInfo(name);
			await updater.downloadTarget(info);
			n++;
		}
		console.log(`targets ${targets.version}, ${n} files`);
	} catch (error) {
		console.log(`refused: ${error.name}: ${error.message}`);
		process.exitCode = 1;
	}
	server.close();
	server.closeAllConnections();
}

main();
