# The anti-fraud centre of the demonstration: sourced by demo.sh, which sets $build, $dir.
# Keys of root and targets would be on machines of their own; here each has a folder.

# centre_make: keys, a repository, what the centre knows, the first publication.
centre_make() {
	centre=$dir/centre
	mkdir "$dir/custodians" "$dir/known"
	for role in root targets; do
		for who in lin wu zhao; do
			"$build/liangka-keys" new $role --name $role-$who \
			    --out "$dir/custodians/$role-$who.key" >/dev/null
		done
	done
	"$build/liangka-keys" new snapshot --name snapshot \
	    --out "$dir/snapshot.key" >/dev/null
	"$build/liangka-keys" new timestamp --name timestamp \
	    --out "$dir/timestamp.key" >/dev/null
	"$build/liangka-keys" new token-list --out "$dir/list.key" >/dev/null
	"$build/liangka-keys" new log --name demo.example/branch/release \
	    --out "$dir/release.key" >/dev/null
	set -- "$dir/custodians"
	"$build/liangka" repo init --dir "$centre" --who wang \
	    --domain demo.example --root-key "$1/root-lin.key.pub" \
	    --root-key "$1/root-wu.key.pub" --root-key "$1/root-zhao.key.pub" \
	    --targets-key "$1/targets-lin.key.pub" \
	    --targets-key "$1/targets-wu.key.pub" \
	    --targets-key "$1/targets-zhao.key.pub" \
	    --snapshot-key "$dir/snapshot.key.pub" \
	    --timestamp-key "$dir/timestamp.key.pub" >"$dir/centre.txt"
	cp "$dir/list.key" "$dir/release.key" "$centre/"
	# Employers are registered by their credit codes, which need the region's key.
	cp "$dir/token.key" "$centre/person.key"
	sed -i 's/^#person = /person = /' "$centre/centre.conf"
	centre_sign root lin
	centre_sign root wu
	centre_finish
	cp "$centre/repo/metadata/1.root.json" "$dir/root.json"
	"$build/tests/demo-generate" --lists "$dir/plan.csv" --dir "$dir/known"
	for list in sanction case protect phones cards; do
		"$build/liangka" list import "$dir/known/$list.csv" \
		    --list $list --dir "$centre" --who wang \
		    --reason "the demonstration" --lang en \
		    >>"$dir/centre.txt" 2>&1
	done
	"$build/liangka" outlet import "$dir/known/outlets.csv" \
	    --dir "$centre" --who wang --lang en >>"$dir/centre.txt" 2>&1
	centre_campaigns
	centre_publish --policy "$build/default.policy"
}

# centre_campaigns: one of the staff registers what was announced, another approves.
centre_campaigns() {
	today=$(TZ=UTC-8 date +%Y-%m-%d)
	tomorrow=$(TZ=UTC-8 date -d tomorrow +%Y-%m-%d)
	while IFS='|' read -r id code outlets products heads lifts title; do
		if [ -n "$code" ]; then
			set -- --organisation -
		else
			set -- --outlet "$outlets"
		fi
		printf '%s\n' "$code" | "$build/liangka" campaign propose "$id" \
		    --dir "$centre" --who wang --lang en --title "$title" \
		    --products "$products" --from "$today" --until "$tomorrow" \
		    --expected "$heads" --lifts "$lifts" \
		    --policy "$build/default.policy" "$@" \
		    >>"$dir/centre.txt" 2>&1 || return 1
		"$build/liangka" campaign approve "$id" --dir "$centre" \
		    --who chen --lang en --policy "$build/default.policy" \
		    </dev/null >>"$dir/centre.txt" 2>&1 || return 1
	done <"$dir/known/campaigns.txt"
}

# centre_sign ROLE WHO: one custodian signs what is pending.
centre_sign() {
	"$build/liangka" repo sign "$centre/pending" --yes --lang en \
	    --key "$dir/custodians/$1-$2.key" >>"$dir/centre.txt" 2>&1
}

# centre_finish: the centre makes what was signed public.
centre_finish() {
	"$build/liangka" repo publish --finish --dir "$centre" --who wang \
	    --lang en --snapshot-key "$dir/snapshot.key" \
	    --timestamp-key "$dir/timestamp.key" >>"$dir/centre.txt" 2>&1
}

# centre_publish [OPTION...]: prepare, two of three sign, finish.
centre_publish() {
	"$build/liangka" repo publish --prepare --dir "$centre" --who wang \
	    --lang en "$@" >>"$dir/centre.txt" 2>&1
	centre_sign targets lin
	centre_sign targets zhao
	centre_finish
}

# centre_fetch: the branch fetches what was published.
centre_fetch() {
	"$build/liangka" sync --once --data "$dir/data" \
	    --root "$dir/root.json" --from "$centre/repo" --lang en \
	    >>"$dir/centre.txt" 2>&1
}

# centre_await: wait until the daemon has it in force, ten seconds at most.
centre_await() {
	want=$("$build/liangka" repo check "$centre/repo" \
	    --root "$dir/root.json" --json 2>/dev/null |
	    sed -n 's/.*"targets":{"version":\([0-9]*\).*/\1/p')
	n=0
	until [ "$(centre_version)" = "$want" ]; do
		n=$((n + 1))
		[ $n -le 100 ] || return 1
		sleep 0.1
	done
}

# centre_sync: fetch it, and have the daemon take it over.
centre_sync() {
	centre_fetch && centre_await
}

# centre_version: which publication the daemon has in force.
centre_version() {
	"$build/liangka" status --socket "$run/operator_desk.sock" --json \
	    2>/dev/null | sed -n 's/.*"lists_version":\([0-9]*\).*/\1/p'
}

# ask TXN: the check of the one who appeals.
ask() {
	"$build/liangka" check --socket "$run/$appeals_inst.sock" \
	    --branch "$appeals_branch" --teller t1 --product sim --txn "$1" \
	    --id-no - --lang zh <"$dir/appeals.id" 2>&1 | head -4
}

# centre_appeal: one entry is withdrawn, and the next check passes.
centre_appeal() {
	awk -F, 'NR > 1 && /listed-appeal/ { print; exit }' "$dir/plan.csv" \
	    >"$dir/appeals.row"
	awk -F, '{ print $11 }' "$dir/appeals.row" >"$dir/appeals.id"
	appeals_inst=$(awk -F, '{ print $3 }' "$dir/appeals.row")
	appeals_branch=$(awk -F, '{ print $4 }' "$dir/appeals.row")
	say
	say "申诉  One entry is withdrawn on appeal"
	say "  Before:"
	ask appeal-before | sed 's/^/    /'
	"$build/liangka" appeal open sanction --id-no - --dir "$centre" \
	    --who chen --lang en --text "a mix-up of two files" \
	    <"$dir/appeals.id" >"$dir/appeal.txt" 2>&1 ||
	    { cat "$dir/appeal.txt" >&2; return 1; }
	id=$(sed -n 's/.*\(A-[0-9]*-[0-9]*\).*/\1/p' "$dir/appeal.txt" | head -1)
	"$build/liangka" appeal ack "$id" --dir "$centre" --who chen --lang en \
	    >>"$dir/appeal.txt" 2>&1 || return 1
	"$build/liangka" appeal decide "$id" --uphold --dir "$centre" \
	    --who li --reason "another person of the same name" \
	    --found "经核查，系同名人员，误列入名单。" --lang en \
	    --letter "$dir/letter" >>"$dir/appeal.txt" 2>&1 ||
	    { cat "$dir/appeal.txt" >&2; return 1; }
	centre_publish --expedited --reason "appeal $id"
	centre_sync || return 1
	say "  $id upheld, two custodians signed, the branch has it. After:"
	ask appeal-after | sed 's/^/    /'
	# The daemon looks back at what the entry had refused.
	n=0
	until "$build/liangka" list retro "$dir/data" --what clear --json \
	    2>/dev/null | grep -q .; do
		n=$((n + 1))
		[ $n -le 50 ] || return 1
		sleep 0.1
	done
	"$build/liangka" list retro "$dir/data" --what clear --lang zh 2>/dev/null |
	    tail -3 | sed 's/^/    /'
}
