#!/usr/bin/perl
# Snapshots that travel: parts merged, shards cut, and fetched from a folder or over HTTP by servers that
# break off, know nothing of ranges, or send what is none. What stood there before always stays.
use strict;
use warnings;
use lib 't/lib';
use IO::Socket::INET;
use Test::More;
use Wonted::Place;
use Wonted::Store;

plan skip_all => 'the tool is not built' unless -x Wonted::Redis::Reader::program();
my $place = Wonted::Place->new;
sub tool { my $said = eval { Wonted::Store->tool($place, @_) }; return defined $said ? $said : "failed: $@" }
sub slurp { return Wonted::Place::read_file($_[0]) }
sub built { my ($file, @tell) = @_; Wonted::Store->build($place, $file, tell => \@tell); return $file }

my $a = built($place->path('a.mdb'), [put => 3000], ['write']);
my $b = built($place->path('b.mdb'), [put => 10], [ends => 1000]);

subtest 'parts' => sub {
	my $all = $place->path('all.mdb');
	like tool(qw(store merge), $all, $a, $b), qr/: 3002 records/, 'two parts, and keys that both have once';
	like tool(qw(store verify --store), "lmdb-snapshot:$all"), qr/3002/, '... sound';
	like tool(qw(store merge), $all, $a, "lmdb-snapshot:$b", '--shards', 2), qr/\Q$all\E\.1-of-2: \d+ records.*\Q$all\E\.2-of-2: \d+ records/s, '... and in shards';
	like tool(qw(store verify --store), "lmdb-snapshot:$all.2-of-2"), qr/sound/, '... each of which can be looked at';
	like tool(qw(store merge), $place->path('again.mdb'), "$all.1-of-2", "$all.2-of-2"), qr/: 3002 records/, '... and put together again';
	like tool(qw(store merge), $all, $a, $place->path('no.mdb')), qr/failed: .*no\.mdb/s, 'a part that is not there';
	like tool(qw(store merge), $all, $a, '--shards', 1000), qr/failed: .*--shards/s, 'too many shards';
};

# a server of one folder: what a request is done with stands in the file "how"
my ($port) = Wonted::Place::free_ports(1);
my $listen = IO::Socket::INET->new(Listen => 5, LocalAddr => '127.0.0.1', LocalPort => $port, ReuseAddr => 1) or die "$!\n";
my $web = $place->path('web');
mkdir $web;
my $pid = fork // die;
if (!$pid) {
	$SIG{PIPE} = 'IGNORE';    # who sees that no range came hangs up
	while (my $c = $listen->accept) {
		my ($path, $from) = ('', 0);
		while (my $line = <$c>) {
			$path = $1 if $line =~ m{^GET /(\S+)};
			$from = $1 if $line =~ /^Range: bytes=(\d+)-/i;
			last if $line =~ /^\r?\n$/;
		}
		my $how = slurp("$web/how");
		open my $log, '>>', "$web/log"; print $log "$path $from\n"; close $log;
		my $body = slurp("$web/$path");
		my $whole = length $body;
		if ($whole == 0) { print $c "HTTP/1.0 404 no\r\n\r\n"; close $c; next }
		my $ranges = $how !~ /no-ranges/ && $from > 0;
		$body = substr $body, $from if $ranges;
		$body .= 'more' if $how =~ /longer/ && $path !~ /manifest/;
		print $c 'HTTP/1.0 ', $ranges ? "206 part\r\nContent-Range: bytes $from-" . ($whole - 1) . "/$whole" : '200 all', "\r\nContent-Length: ", length $body, "\r\n\r\n";
		$body = substr $body, 0, 50000 if $how =~ /breaks/ && $path !~ /manifest/;
		print $c $body;
		close $c;
	}
	exit;
}
$place->adopt($pid);
close $listen;
sub how { $place->write('web/how', $_[0]); unlink "$web/log" }
sub publish { my ($file) = @_; $place->write('web/data.mdb', slurp($file)); $place->write('web/data.mdb.manifest', slurp("$file.manifest")) }
sub requests { return [grep { !/manifest/ } split /\n/, slurp("$web/log")] }

my $url = "http://127.0.0.1:$port/data.mdb";
my $to = $place->path('here.mdb');
my @fetch = (qw(store fetch), $url, $to);

subtest 'over HTTP' => sub {
	publish($a);
	how('');
	my $told = $place->path('told');
	my $program = $place->write('program', "#!/bin/sh\necho \"\$1\" >> '$told'\n");
	chmod 0755, $program;
	like tool(@fetch, '--notify', $program), qr/here\.mdb: 3001 keys, \d+ bytes, of \Q$url\E/, 'it comes';
	is slurp($to), slurp($a), '... as it is';
	is slurp($told), "$to\n", '... and is told';
	ok !-e "$to.fetch" && !-e "$to.fetch.manifest", '... and leaves nothing behind';
	like tool(qw(store verify --store), "lmdb-snapshot:$to"), qr/3001/, '... sound';
	like tool(@fetch, '--notify', $program), qr/is the one of/, 'the same one is not taken again';
	is scalar @{ requests() }, 1, '... nor asked for';
	is slurp($told), "$to\n", '... nor told';
	my $other = slurp($a);
	substr($other, 100, 1) ^= "\1";
	$place->write('here.mdb', $other);
	like tool(@fetch), qr/3001 keys/, 'another file of that length, beside the right manifest, is not taken for it';
	ok slurp($to) eq slurp($a), '... and it is put right';
};

subtest 'a server that breaks off' => sub {
	unlink $to, "$to.manifest";
	how('breaks');
	my $said = tool(@fetch);
	my @from = map { (split)[1] } @{ requests() };
	is_deeply \@from, [map { $_ * 50000 } 0 .. $#from], 'each request begins where the one before ended (' . @from . ')';
	if ($said =~ /failed/) {
		ok !-e $to, 'nothing half is there';
		how('');
		like tool(@fetch), qr/3001 keys/, 'the next time the rest comes';
		cmp_ok +(split ' ', requests()->[0])[1], '>=', 250000, '... and no more than that';
	}
	is slurp($to), slurp($a), 'it is whole';
};

subtest 'a server without ranges' => sub {
	unlink $to, "$to.manifest";
	$place->write('here.mdb.fetch', substr slurp($a), 0, 30000);
	$place->write('here.mdb.fetch.manifest', slurp("$a.manifest"));
	how('no-ranges');
	like tool(@fetch), qr/3001 keys/, 'all comes again';
	is slurp($to), slurp($a), '... and it is whole';
};

subtest 'what is no good' => sub {
	my $before = slurp($to);
	my $refused = sub {
		my ($what, $why) = @_;
		like tool(@fetch), qr/failed: .*$why/s, "$what is refused";
		ok slurp($to) eq $before, '... what was there stays';
		is slurp("$to.manifest"), slurp("$a.manifest"), '... with its manifest';
	};
	publish($b);
	how('longer');
	$refused->('more than the manifest says', 'more bytes than its manifest');
	how('');
	unlink "$to.fetch", "$to.fetch.manifest";    # what came of it may be all of the good one
	my $bad = slurp($b);
	substr($bad, length($bad) / 2, 1) ^= "\1";
	$place->write('web/data.mdb', $bad);
	$refused->('one bit', 'is not what its manifest says');
	$place->write('web/data.mdb', substr slurp($b), 0, -4096);
	$refused->('a short one', 'shorter than its manifest');
	$place->write('web/data.mdb.manifest', "no manifest\n");
	$refused->('no manifest', 'no manifest of a snapshot');
	unlink "$web/data.mdb.manifest";
	$refused->('no such file', '404');
	# what came of another one is forgotten
	publish($b);
	$place->write('here.mdb.fetch', 'x' x 5000);
	$place->write('here.mdb.fetch.manifest', slurp("$a.manifest"));
	like tool(@fetch), qr/11 keys/, 'a newer one in the midst of another';
	is slurp($to), slurp($b), '... is whole';
};

subtest 'from a folder' => sub {
	my $copy = $place->path('data.mdb');
	publish($a);
	like tool(qw(store fetch), $web, $copy), qr/3001 keys/, 'it comes';
	is slurp($copy), slurp($a), '... as it is';
	like tool(qw(store fetch), "$web/data.mdb", $copy), qr/is the one of/, 'by its path, too';
	like tool(qw(store fetch /nonexistent), $copy), qr{failed: .*/nonexistent}s, 'there is none';
};
done_testing;
