#!/usr/bin/perl
# Each file of cases/ is one story a postmaster can read:
#   about      what it is, in a sentence
#   envelope   client, helo, from, rcpt (may repeat)
#   dns        lines of a zone file
#   people     lines of a CSV: name,addresses,title,vip
#   mailboxes  lines of a CSV: address,kind,canonical,locale,policy,flags
#   history    past mail, a line each: DAYS_AGO FROM -> TO [Reply-To: ADDR] [id: MESSAGE-ID]
#              [with: PROGRAM]; a half day more is the hour opposite to now
#   config     lines of wonted.conf (tenants and policies too)
#   message    as it came, lines ended here with LF
#   expect     "verdict ADDR WORD", also action, done, mode and policy; "rule NAME",
#              "no rule NAME", "rule NAME for ADDR", "no rule NAME for ADDR",
#              "feature NAME VALUE", "fact ADDR NAME VALUE",
#              "edit TEXT" (a line of what would be done holds TEXT),
#              "no edit TEXT"
# With BLESS=1 what came out is shown instead of compared. Every case is told again with the
# memory as a snapshot, in Redis, in a Redis Cluster and in a pair of stores whichever of the
# two answers: the same must come out.
use strict; use warnings;
use lib 't/lib';
use Test::More;
use JSON::PP;
use File::Temp;
use Wonted::Declared qw(%verdict_rank @additions lowered);
use Wonted::Place;
use Wonted::Redis;

my $build = $ENV{WONTED_BUILD} // 'build/debug';
my $wonted = "$build/wonted";
my $now = time;

sub read_case {
	my ($path) = @_;
	my (%case, $section);
	open my $in, '<', $path or die "$path: $!";
	while (<$in>) {
		if (/^== (\w+)$/) { $section = $1; $case{$section} //= ''; next }
		die "$path:$.: text before the first section\n" unless defined $section;
		$case{$section} .= $_;
	}
	return \%case;
}

sub write_file { my ($path, $text) = @_; open my $out, '>', $path or die "$path: $!"; print $out $text; close $out }

sub rfc_date {
	my @t = gmtime $_[0];
	my @days = qw(Sun Mon Tue Wed Thu Fri Sat); my @months = qw(Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec);
	return sprintf '%s, %d %s %d %02d:%02d:%02d +0000', $days[$t[6]], $t[3], $months[$t[4]], $t[5] + 1900, @t[2, 1, 0];
}

# past mail as an mbox
sub history {
	my ($text) = @_;
	my ($mbox, $n) = ('', 0);
	for (grep { /\S/ } split /\n/, $text) {
		/^(\d+(?:\.5)?)\s+(.*?)\s*->\s*(\S+)(?:\s+Reply-To: (\S+))?(?:\s+id: (\S+))?(?:\s+with: (\S+))?\s*$/ or die "history: $_";
		my ($age, $from, $to, $reply, $id, $program) = ($1, $2, $3, $4, $5, $6);
		my $s = $now - $age * 86400; $n++;
		$id //= "past$n\@history.example";
		$mbox .= "From - " . gmtime($s) . "\nFrom: $from\nTo: $to\nDate: " . rfc_date($s) . "\nMessage-ID: <$id>\n"
		    . ($reply ? "Reply-To: $reply\n" : '') . ($program ? "X-Mailer: $program\n" : '') . "Subject: past\n\nHello.\n\n";
	}
	return $mbox;
}

sub run { my @words = @_; open my $out, '-|', @words or die "$words[0]: $!"; local $/; my $text = <$out>; close $out; return ($? >> 8, $text // '') }

sub prepare {
	my ($case, $dir, $store) = @_;
	my $config = $case->{config} // '';
	$config = qq(tenant "example" {\n\tdomains = {"example.org"}\n}\n) . $config unless $config =~ /^tenant/m;
	write_file("$dir/zone", $case->{dns} // '');
	# rules alone decide, unless the case is about the text model
	my $text = $config =~ /^text_model/m ? 'yes' : 'no';
	write_file("$dir/wonted.conf", <<"END" . $config);
mode = enforce
authserv_id = "mx.example.org"
headers = full
dns_zone_file = "$dir/zone"
store = "$store"
store_deadline = 2s
message_deadline = 120s
decode_deadline = 40s
rules_dir = "$ENV{PWD}/rules"
quarantine_dir = "$dir/quarantine"
journal_dir = "$dir/journal"
socket = "unix:$dir/sock"
control_socket = "$dir/control"
use_text_model = $text
END
	my @c = ('-c', "$dir/wonted.conf");
	if ($case->{people}) {
		write_file("$dir/people.csv", "name,addresses,title,vip\n" . $case->{people});
		my ($status, $said) = run($wonted, @c, 'people', 'import', "$dir/people.csv");
		die "people: $said" if $status;
	}
	if ($case->{mailboxes}) {
		write_file("$dir/mailboxes.csv", "address,kind,canonical,locale,policy,flags\n" . $case->{mailboxes});
		my ($status, $said) = run($wonted, @c, 'mailbox', 'import', "$dir/mailboxes.csv");
		die "mailboxes: $said" if $status;
	}
	if ($case->{history}) {
		write_file("$dir/past.mbox", history($case->{history}));
		my ($status, $said) = run($wonted, @c, 'import', '--mbox', "$dir/past.mbox");
		die "history: $said" if $status;
	}
	(my $message = $case->{message}) =~ s/\{DATE\}/rfc_date($now)/ge;
	$message =~ s/\n/\r\n/g;
	write_file("$dir/message.eml", $message);
	return @c;
}

sub envelope {
	my ($case) = @_;
	my @words;
	for (grep { /\S/ } split /\n/, $case->{envelope} // '') {
		my ($what, $value) = /^\s*(client-name|client|helo|from|rcpt)\s+(\S+)\s*$/ or die "envelope: $_";
		push @words, "--$what=" . ($value eq '<>' ? '' : $value);
	}
	return @words;
}

sub judge {
	my ($line, $record, $edits) = @_;
	my ($rcpts, $f) = ($record->{rcpts}, $record->{features});
	my %rules = map { $_->{rule} => 1 } map { @{ $_->{reasons} // [] } } @$rcpts;
	my $of = sub { my ($address) = @_; return (grep { lc $_->{address} eq lc $address } @$rcpts)[0] };
	if (my ($what, $address, $word) = $line =~ /^(verdict|action|done|mode|policy) (\S+) (\S+)$/) {
		my $one = $of->($address);
		return is($one && $one->{$what}, $word, "  $line");
	}
	if (my ($no, $rule, $address) = $line =~ /^(no )?rule (\S+) for (\S+)$/) {
		my $hit = grep { $_->{rule} eq $rule } @{ ($of->($address) // {})->{reasons} // [] };
		return ok(!!$hit != !!$no, "  $line");
	}
	return ok(!!$rules{$2} != !!$1, "  $line") if $line =~ /^(no )?rule (\S+)$/;
	if (my ($address, $name, $value) = $line =~ /^(?:feature|fact (\S+)) (\S+)(?: (.*))?$/) {
		my $got = defined $address ? ($of->($address) // {})->{facts}{$name} : $f->{$name};
		$got = join ' ', @$got if ref $got eq 'ARRAY';
		$got = $got ? 'yes' : 'no' if JSON::PP::is_bool($got);
		return is($got // '(none)', $value // '', "  $line"); # no value: an empty list
	}
	return ok((index($edits, $2) >= 0) != !!$1, "  $line") if $line =~ /^(no )?edit (.*)$/;
	fail("  what is expected is not understood: $line");
}

# what is only read: the writers' steps went to a store beside it
sub build_snapshot {
	my ($dir, @c) = @_;
	my ($status, $said) = run($wonted, @c, 'store', 'build', "$dir/store.mdb", '--from', "lmdb:$dir/store");
	die "build: $said" if $status;
	return ('--store', "lmdb-snapshot:$dir/store.mdb");
}

# the other stores: { kind, url => of a folder, servers => to empty before, serve => the words that name another
# store to judge from, made of what was written }
sub other_stores {
	my ($place) = @_;
	my @always = ({ kind => 'lmdb-snapshot', url => sub { "lmdb:$_[0]/store" }, serve => \&build_snapshot },
		{ kind => 'fault, which never fails', url => sub { "lmdb:$_[0]/store" }, serve => sub { ('--store', "fault:0:lmdb:$_[0]/store") } });
	return @always unless Wonted::Redis::there();
	my $one = Wonted::Redis->new($place, name => 'one')->start;
	my @nodes = Wonted::Redis->cluster($place, 3);
	my @masters = @nodes[0 .. 2];
	my $url = 'redis://' . $one->address . '/0';
	return (@always, { kind => 'redis', url => sub { $url }, servers => [$one] },
		{ kind => 'redis-cluster', url => sub { 'redis-cluster://' . join ',', map { $_->address } @masters }, servers => \@masters },
		{ kind => 'pair', url => sub { "pair:dark=100,live=0:lmdb:$_[0]/store|$url" }, servers => [$one] },
		{ kind => 'pair, the second one answers', url => sub { "pair:dark=0,live=100:lmdb:$_[0]/store|$url" }, servers => [$one] });
}

# what must not depend on where the memory lies
sub essence {
	my ($json) = @_;
	my $r = eval { decode_json($json) } or return 'no record';
	return join "\n", map { my $one = $_;
		join ' ', map({ "$_=" . ($one->{$_} // '') } qw(address verdict action done policy threat spam graymail)),
		    map({ "$_=" . ($one->{facts}{$_} // '') } qw(pair.known pair.messages_in rcpt.canonical)),
		    map { $_->{rule} } @{ $one->{reasons} } } @{ $r->{rcpts} };
}

sub same_elsewhere {
	my ($case, $name, $want, $others) = @_;
	for my $store (@$others) {
		$_->do('FLUSHALL') for @{ $store->{servers} // [] };
		my $dir = File::Temp->newdir;
		my @scan = eval {
			my @c = prepare($case, $dir, $store->{url}->($dir));
			(@c, 'scan', $store->{serve} ? $store->{serve}->($dir, @c) : ());
		} or do { fail("$name on $store->{kind}: $@"); next };
		my ($status, $json) = run($wonted, @scan, envelope($case), '--json', "$dir/message.eml");
		is(essence($json), $want, "$name: the same on $store->{kind}");
	}
}

# What costs a sender nothing to write never makes a verdict better.
sub declare_all {
	my ($scan, $record, $dir, $name) = @_;
	my @plain = map { $_->{verdict} } @{ $record->{rcpts} };
	return unless grep { $verdict_rank{$_} > $verdict_rank{graymail} } @plain;
	open my $in, '<:raw', "$dir/message.eml" or die; my $raw = do { local $/; <$in> };
	my @files = map { write_file("$dir/declared$_.eml", $additions[$_][1]->($raw)); "$dir/declared$_.eml" } 0 .. $#additions;
	my ($status, $json) = run(@$scan, '--json', @files);
	my @records = map { decode_json($_) } split /\n/, $json;
	is(scalar @records, scalar @additions, "$name: with all that can be added") or return;
	my @better;
	for my $i (0 .. $#additions) {
		my @got = map { $_->{verdict} } @{ $records[$i]{rcpts} };
		push @better, "$additions[$i][0]: $plain[$_] became $got[$_]" for grep { lowered($additions[$i], $plain[$_], $got[$_]) } 0 .. $#plain;
	}
	is_deeply(\@better, [], "$name: what is added excuses nothing");
}

my $place = Wonted::Place->new;
my @others = other_stores($place);
diag 'no redis-server: only embedded stores are tried' unless Wonted::Redis::there();
for my $path (sort glob 't/30-cases/cases/*.case') {
	my $case = read_case($path);
	(my $about = $case->{about}) =~ s/\s+/ /g;
	my $dir = File::Temp->newdir;
	my @c = eval { prepare($case, $dir, "lmdb:$dir/store") } or do { fail("$path: $@"); next };
	my @scan = ($wonted, @c, 'scan', envelope($case));
	my ($status, $json) = run(@scan, '--json', "$dir/message.eml");
	my ($also, $edits) = run(@scan, "$dir/message.eml");
	my ($name) = $path =~ m{([^/]+)\.case$};
	my $record = eval { decode_json($json) };
	ok($status == 0 && $record, "$name: $about") or next;
	if ($ENV{BLESS}) { diag $edits; next }
	my $good = 1;
	$good &&= judge($_, $record, $edits) for grep { /\S/ } split /\n/, $case->{expect};
	my @odd = grep { /\((none|unknown)\)|(?<!\S)["(]?\?|^[a-z]+ / } map { $_->{text} // '' } map { @{ $_->{reasons} // [] } } @{ $record->{rcpts} };
	is_deeply(\@odd, [], "$name: reasons are whole sentences");
	diag $edits unless $good;
	declare_all(\@scan, $record, $dir, $name);
	same_elsewhere($case, $name, essence($json), \@others);
}
done_testing;
