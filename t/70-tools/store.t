#!/usr/bin/perl
# wonted store, as an admin types it: records as JSON, counts, snapshots built, served, loaded
# elsewhere and compared; damage is found and never replaces what is good.
use strict; use warnings;
use lib 't/lib';
use File::Temp qw(tempdir);
use JSON::PP;
use Test::More;
use Wonted::Place;
use Wonted::Redis;
my $wonted = ($ENV{WONTED_BUILD} // 'build/debug') . '/wonted';
plan skip_all => "$wonted is not built" unless -x $wonted;
my $dir = tempdir(CLEANUP => 1);

sub put {
	my ($name, $text) = @_;
	open my $f, '>:raw', "$dir/$name" or die;
	print $f $text;
	close $f;
	return "$dir/$name";
}
sub get {
	open my $f, '<:raw', $_[0] or die "$_[0]: $!";
	local $/;
	return scalar(<$f>) // '';
}

my $conf = put('wonted.conf', qq(store = "lmdb:$dir/store"\ntenant "acme" {\n\tdomains = {"acme.example"}\n}\n));

# (exit status, standard output, standard error); arguments go without a shell
sub run_command {
	my (@args) = @_;
	my $pid = fork // die;
	if (!$pid) {
		open STDOUT, '>', "$dir/out" or die;
		open STDERR, '>', "$dir/err" or die;
		exec $wonted, '-c', $conf, @args or die;
	}
	waitpid $pid, 0;
	return ($? >> 8, get("$dir/out"), get("$dir/err"));
}
sub json { return decode_json($_[0]) }

my $people = put('people.csv', "name,addresses,title,vip\n\"Schmidt, Anna\",anna\@acme.example; a.schmidt\@acme.example,CFO,yes\n\"Bert \"\"B\"\" Braun\",bert\@acme.example,,\n");
my $mbox = put('past.mbox', join '', map { <<"END" } 1 .. 12);
From - Tue Nov 10 10:00:00 2026
From: Carl Curt <carl\@partner.example>
To: anna\@acme.example
Date: $_ Oct 2026 10:00:00 +0000
Message-ID: <m$_\@partner.example>
Subject: past

Hello

END
my ($status, $out, $err) = run_command('people', 'import', $people);
is($status, 0, 'people are imported') or diag $err;
($status, $out, $err) = run_command('import', '--mbox', $mbox);
is($status, 0, 'mail is imported') or diag $err;

# looking
($status, $out, $err) = run_command('store', 'get', 'person', 'Anna@ACME.example');
is("$status$err", '0', 'get finds a person, however the address is typed');
my $r = json($out);
is("$r->{family} $r->{tenant} @{$r->{parts}}", 'person acme anna@acme.example', 'its key');
is("$r->{value}{title} $r->{value}{names}[0]", 'CFO Schmidt, Anna', 'its value');
($status, $out) = run_command('store', 'get', 'pair', 'anna@acme.example', 'carl@partner.example');
is(json($out)->{value}{in}{messages}{closed}, 11, 'a pair with its counts');
($status, $out) = run_command('store', 'get', 'tenant');
is($status, 0, 'a family without parts');
($status, $out, $err) = run_command('store', 'get', 'person', 'nobody@acme.example');
is($status, 1, 'absent is exit 1');
like($err, qr/there is no such record: P\|acme\|nobody\@acme\.example/, 'and says which key');
($status, $out, $err) = run_command('store', 'get', 'persno', 'x');
like($err, qr/there is no family "persno"; did you mean "person"\?; there are person, name/, 'a family that is none');
($status, $out, $err) = run_command('store', 'get', 'pair', 'anna@acme.example');
is("$status $err", "1 wonted store: pair needs \"mailbox\" and \"correspondent\"\n", 'parts that miss');
($status, $out) = run_command('store', 'scan', 'person');
is(scalar(() = $out =~ /^\{/mg), 3, 'scan shows all addresses');
($status, $out) = run_command('store', 'scan', 'person', '--prefix', 'b');
is(scalar(() = $out =~ /^\{/mg), 1, 'those with a prefix');
($status, $out) = run_command('store', 'scan', 'person', '--most', 2);
is(scalar(() = $out =~ /^\{/mg), 2, 'no more than was said');
my $bad_json = 0;
for my $family (qw(person name mailbox preference received pair sender domain display list thread campaign tenant)) {
	($status, $out) = run_command('store', 'scan', $family);
	$bad_json++ if $status || grep { !eval { defined json($_)->{value} } } split /\n/, $out;
}
is($bad_json, 0, 'every record of every family is JSON with a value');
($status, $out) = run_command('store', 'stats');
like($out, qr/^person +3 +\d+ +\d+$/m, 'stats by family');
like($out, qr/^thread +12 +\d+ +\d+$/m, 'threads');
my ($all) = $out =~ /^all +(\d+)/m;
($status, $out, $err) = run_command('store', 'verify');
is("$status$err", '0', 'verify is content');
like($out, qr/^\d+ pages with $all entries are sound\n$all records read, 0 damaged\n\z/, 'and says what it saw');

# until when: what has a family's time to live tells the second, what lives for ever does not
sub lifetimes {
	my ($store) = @_;
	my ($said, %until) = '';
	for my $family (qw(person pair sender thread tenant)) {
		($status, $out) = run_command('store', 'scan', $family, '--store', $store);
		$until{ join '|', $_->{family}, @{ $_->{parts} // [] } } = $_->{expires_s} // 0 for map { json($_) } split /\n/, $out;
	}
	return \%until;
}
my $until = lifetimes("lmdb:$dir/store");
is($until->{'person|bert@acme.example'}, 0, 'a person is remembered for ever');
my $pair_until = $until->{'pair|anna@acme.example|carl@partner.example'};
ok($pair_until > time + 63072000 - 300 && $pair_until <= time + 63072000, 'a pair for two years');
# a copy that began a new lifetime could be told from now on
Wonted::Place::wait_for(sub { time > $pair_until - 63072000 + 2 }, 10);

# a snapshot
my $mdb = "$dir/set.mdb";
($status, $out, $err) = run_command('store', 'build', $mdb, '--from', "lmdb:$dir/store");
is("$status$err", '0', 'build');
like($out, qr/^\Q$mdb\E: $all records, \d+ bytes, /, 'says what was built');
like(get("$mdb.manifest"), qr/^wonted snapshot 1\nbytes @{[-s $mdb]}\nkeys $all\nends [0-9a-f]{64}\nwhole [0-9a-f]{64}\nbuilt \d+\n\z/, 'with its manifest');
($status, $out, $err) = run_command('store', 'diff', "lmdb:$dir/store", "lmdb-snapshot:$mdb");
is("$status$err", '0', 'it holds the same');
like($out, qr/^person +3 +0 +0 +0$/m, 'record by record');
($status, $out) = run_command('store', 'verify', '--store', "lmdb-snapshot:$mdb");
is($status, 0, 'verify of a snapshot');
like($out, qr/^$all records read, 0 damaged$/m, 'reads all of it');
($status, $out) = run_command('people', 'test', 'Anna Schmidt <x@evil.example>', '--store', "lmdb-snapshot:$mdb");
like($out, qr/^Judgement: the name of Schmidt, Anna/m, 'other commands work on it');
($status, $out, $err) = run_command('people', 'import', $people, '--store', "lmdb-snapshot:$mdb");
is($status, 1, 'but never write to it') or diag "$out$err";

# from archives, without a store in between
my $set2 = "$dir/set2.mdb";
($status, $out, $err) = run_command('store', 'build', $set2, '--people', $people, '--mbox', $mbox);
is("$status$err", '0', 'build from people and archives');
($status, $out) = run_command('store', 'stats', '--store', "lmdb-snapshot:$set2");
like($out, qr/^all +$all /m, 'gives the same records');
is_deeply([grep { /import|new|sort/ } glob("$dir/*")], [], 'and leaves nothing behind');
($status, $out, $err) = run_command('store', 'build', $set2, '--people', "$dir/absent.csv");
is($status, 1, 'an import that fails');
like($err, qr/absent\.csv.*nothing was built/s, 'builds nothing');
($status) = run_command('store', 'verify', '--store', "lmdb-snapshot:$set2");
is($status, 0, 'and the old snapshot stays');

# elsewhere
($status, $out, $err) = run_command('store', 'load', "lmdb:$dir/other", '--from', "lmdb-snapshot:$mdb");
is("$status$err", '0', 'load');
like($out, qr/^$all records, \d+ bytes sent/, 'says how much');
($status) = run_command('store', 'load', "lmdb:$dir/other", '--from', "lmdb-snapshot:$mdb", '--rate', 100000);
is($status, 0, 'again, at a rate');
($status) = run_command('store', 'diff', "lmdb:$dir/other", "lmdb:$dir/store");
is($status, 0, 'and all is there once');
($status, $out, $err) = run_command('store', 'load', "lmdb:$dir/other", '--from', "lmdb:$dir/./other");
is($status, 3, 'a store is not loaded into itself');
like($err, qr/reads it already, and cannot write it/, 'and says why');
($status) = run_command('store', 'diff', "lmdb:$dir/other", "lmdb:$dir/./other");
is($status, 0, 'but may be compared with itself');
put('carl.csv', "name,addresses\nBert Changed,bert\@acme.example\nNew One,new\@acme.example\n");
run_command('people', 'import', "$dir/carl.csv", '--store', "lmdb:$dir/other");
($status, $out, $err) = run_command('store', 'diff', "lmdb:$dir/store", "lmdb:$dir/other");
is($status, 1, 'diff finds what was changed');
like($out, qr/^\* P\|acme\|bert\@acme\.example$/m, 'a changed record');
like($out, qr/^> P\|acme\|new\@acme\.example$/m, 'one that is only there');
like($out, qr/^person +2 +1 +0 +1$/m, 'counted by family');
like($err, qr/^wonted store: \d+ records differ$/, 'and in all');

# to a server
SKIP: {
	skip 'redis-server is not installed', 7 unless Wonted::Redis::there();
	my $redis = Wonted::Redis->new(Wonted::Place->new, name => 'redis')->start;
	my $url = 'redis://' . $redis->address . '/0';
	($status, $out, $err) = run_command('store', 'load', $url, '--from', "lmdb-snapshot:$mdb");
	is("$status$err", '0', 'load into Redis');
	($status, $out) = run_command('store', 'diff', "lmdb-snapshot:$mdb", $url);
	is($status, 0, 'which then holds the same, in whatever order');
	my ($key) = grep { /^R\|/ } @{ $redis->do('KEYS', 'R|*') };
	my $left = $redis->do('TTL', $key);
	ok($left > 63072000 - 300 && $left <= 63072000 - 2, 'where it has the time that it had left');
	is_deeply(lifetimes($url), $until, 'no record lives longer or shorter');
	($status, $out, $err) = run_command('store', 'load', "lmdb:$dir/back", '--from', $url);
	is("$status$err", '0', 'and back from there');
	is_deeply(lifetimes("lmdb:$dir/back"), $until, 'with the same lifetimes');
	$redis->stop;
	($status, $out, $err) = run_command('store', 'load', $url, '--from', "lmdb-snapshot:$mdb");
	is($status, 3, 'without the server it fails');
}

# damage
my $good = get($mdb);
for ([cut => substr($good, 0, 8192)], [empty => ''], [end => substr($good, 0, -1) . chr(1 ^ ord substr $good, -1)]) {
	put('damaged.mdb', $_->[1]);
	put('damaged.mdb.manifest', get("$mdb.manifest"));
	($status, $out, $err) = run_command('store', 'stats', '--store', "lmdb-snapshot:$dir/damaged.mdb");
	is($status, 3, "$_->[0]: refused");
	like($err, qr/\Q$dir\E\/damaged\.mdb: /, 'and named');
}
my $middle = $good;
my $at = index $middle, 'partner.example';
substr($middle, $at, 1) = 'q';
put('damaged.mdb', $middle);
put('damaged.mdb.manifest', get("$mdb.manifest"));
($status, $out, $err) = run_command('store', 'verify', '--store', "lmdb-snapshot:$dir/damaged.mdb");
is($status, 3, 'verify finds one changed letter in the middle');
like($err, qr/its ends are not|not what its manifest says/, 'by its sum');
my $pages = get("$dir/store");
for my $page (2 .. length($pages) / 4096 - 1) {
	next unless ord(substr $pages, $page * 4096 + 10, 1) & 2;    # a leaf
	substr($pages, $page * 4096 + 16, 2) = "\xff\x7f";          # its first entry is far outside
}
put('pages', $pages);
($status, $out, $err) = run_command('store', 'verify', '--store', "lmdb:$dir/pages");
is($status, 3, 'verify finds damaged pages of a store and lives');
like($err, qr/page \d+ has an entry outside of it/, 'and names the page');

# usage
for ([], ['gte', 'person'], ['get'], ['diff', 'mem:'], ['stats', 'x'], ['scan', 'person', '--most', -1]) {
	($status, $out, $err) = run_command('store', @$_);
	is($status, 2, "wrong usage: @$_");
	like($err, qr/--help/, 'points to help');
}
($status, $out, $err) = run_command('store', 'build', "$dir/x.mdb");
is($status, 1, 'build from nothing');
like($err, qr/--from URL, or any of --people/, 'says from what it can');
($status, $out, $err) = run_command('store', 'load', 'mem:');
like($err, qr/--from lmdb-snapshot:PATH/, 'as does load');
($status, $out) = run_command('store', '--help');
like($out, qr{store build <file>}, "help tells the works");
done_testing;
