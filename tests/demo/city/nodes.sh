# The nodes of the demonstration's city: keys, certificates, configuration.  Sourced by
# city.sh, which sets $build, $dir and $run.
#
#	city
#	  county-east	bank1 bank3 bank5 bank7 bank9 carrier1
#	  county-west	bank2 bank4 bank6 bank8 carrier2 carrier3

counties='county-east county-west'
in_county_east='bank1 bank3 bank5 bank7 bank9 carrier1'
in_county_west='bank2 bank4 bank6 bank8 carrier2 carrier3'
institutions="$in_county_east $in_county_west"
domain=demo.example

# below NODE: the nodes that link to it.
below() {
	case $1 in
	city) echo "$counties" ;;
	county-east) echo "$in_county_east" ;;
	county-west) echo "$in_county_west" ;;
	esac
}

# above NODE: the node that it links to.
above() {
	case $1 in
	city) ;;
	county-*) echo city ;;
	*) case " $in_county_east " in
		*" $1 "*) echo county-east ;;
		*) echo county-west ;;
		esac ;;
	esac
}

# port NODE: where it listens for nodes below.
port() {
	sed -n "s/^$1 //p" "$dir/ports"
}

# quoted TEXT: as a value of a configuration file has it.
quoted() {
	printf %s "$1" | sed 's/[\\"]/\\&/g'
}

# nodes_keys: what all share, and the ports.
nodes_keys() {
	"$build/liangka-keys" new token --out "$dir/token.key" >/dev/null
	"$build/liangka-keys" new seal --name demo-centre \
	    --out "$dir/seal.key" >/dev/null
	"$build/tests/demo-city" --ports 3 >"$dir/free"
	for n in city $counties; do
		read -r free
		echo "$n $free"
	done <"$dir/free" >"$dir/ports"
}

# step FILE COMMAND...: a command as an operator gives it, and what he sees, into FILE.
step() {
	into=$1
	shift
	echo "\$ liangka $*" | sed "s|$dir/||g" >>"$into"
	"$build/liangka" "$@" --lang en >>"$into" 2>&1
}

# nodes_authority: the authority of the links.
nodes_authority() {
	step "$dir/links.txt" node ca --dir "$dir/ca" --domain $domain
}

# nodes_certify NODE DIR: invited, enrolled, signed, installed; the code is read out on the
# telephone, the request and the certificate go by any way.
nodes_certify() {
	t=$2/links.txt
	step "$t" node invite "$1" --ca "$dir/ca" || return 1
	grep -o -E '([0-9A-Z]{5}-){5}[0-9A-Z]{5}' "$t" |
	    step "$t" node enroll - --node "$1" --domain $domain \
	    --dir "$2/link" || return 1
	step "$t" node sign "$2/link/link.csr" --ca "$dir/ca" \
	    --out "$2/$1.crt" || return 1
	step "$t" node install "$2/$1.crt" --ca "$dir/ca/ca.crt" \
	    --dir "$2/link" || return 1
	cp "$dir/ca/revoked.crl" "$2/link/"
}

# node_make WORLD NODE: its folder with keys and the common part of its configuration.
node_make() {
	at=$dir/$1/$2
	q=$(quoted "$at")
	d=$(quoted "$dir")
	mkdir -p "$at/data"
	"$build/liangka-keys" new log --name "$domain/branch/$2" \
	    --out "$at/log.key" >/dev/null
	cat >"$at/liangkad.conf" <<-END
	[daemon]
	node = "$2"
	data = "$q/data"
	token_key = "$d/token.key"
	overlay_mb = 32
	segment_mb = 4
	[log]
	domain = "$domain"
	key = "$q/log.key"
	[seal]
	certificate = "$d/seal.crt"
	[lists]
	root = "$d/root.json"
	key = "$d/list.key"
	[limits]
	# A day passes in seconds here: these would stop it.
	checks_per_teller_minute = 1000000
	persons_per_teller_day = 0
	connections_per_uid = 512
	[operator desk]
	socket = "$run/$2.desk"
	rights = "desk, admin, intake"
	END
	# An institution's socket and outlets, as demo-generate wrote them.
	awk -v i="$2" '/^\[/ { on = $0 == "[institution " i "]" ||
	    index($0, "[outlet " i ".") == 1 } on' "$dir/liangkad.conf" \
	    >>"$at/liangkad.conf"
}

# node_witness NODE: the key with which it cosigns heads of nodes below.
node_witness() {
	"$build/liangka-keys" new witness --name "$1.witness.$domain" \
	    --out "$dir/city/$1/witness.key" >/dev/null
}

# node_link NODE: certificate, register of nodes below, the node above.
node_link() {
	at=$dir/city/$1
	q=$(quoted "$at")
	nodes_certify "$1" "$at" || return 1
	cat >>"$at/liangkad.conf" <<-END
	[link]
	certificate = "$q/link/link.crt"
	key = "$q/link/link.key"
	ca = "$q/link/ca.crt"
	revoked = "$q/link/revoked.crl"
	END
	if [ -n "$(below "$1")" ]; then
		cat >>"$at/liangkad.conf" <<-END
		[children]
		listen = "127.0.0.1:$(port "$1")"
		nodes = "$q/nodes.conf"
		witness_key = "$q/witness.key"
		END
	fi
	for n in $(below "$1"); do
		# A county speaks for whoever links to it.
		case $n in county-*) speaks='*' ;; *) speaks=$n ;; esac
		cat >>"$at/nodes.conf" <<-END
		[node $n]
		institution = "$speaks"
		area = 330100
		key = "$(cat "$dir/city/$n/log.key.pub")"
		END
	done
	up=$(above "$1")
	[ -n "$up" ] || return 0
	cat >>"$at/liangkad.conf" <<-END
	[upstream]
	address = "127.0.0.1:$(port "$up")"
	name = "$up"
	witness_key = "$(cat "$dir/city/$up/witness.key.pub")"
	END
}

# nodes_make: twelve that know of nobody else, and fifteen of a city.
nodes_make() {
	for n in $institutions; do
		node_make alone "$n" || return 1
	done
	for n in city $counties $institutions; do
		node_make city "$n" || return 1
	done
	for n in city $counties; do
		node_witness "$n" || return 1
	done
	nodes_authority || return 1
	for n in city $counties $institutions; do
		node_link "$n" || return 1
	done
}
