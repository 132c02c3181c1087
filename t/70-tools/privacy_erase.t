#!/usr/bin/perl
# What is kept of one address is taken out everywhere, while the daemons run: counted and asked first, and
# proven by the same page, which is empty then. Nothing of anybody else goes, nor of another tenant, and
# nobody who reads the journal loses their place.
use strict; use warnings;
use lib 't/lib';
use File::Find ();
use JSON::PP;
use Test::More;
use Wonted::Daemon;
use Wonted::Milter;
use Wonted::Place;
use Wonted::Redis;

my $learner = Wonted::Daemon::build_dir() . '/wonted-learn';
plan skip_all => 'the programs are not built' unless Wonted::Daemon::built() && -x $learner;

my $tenants = join '', map { my ($name, $domain) = @$_; qq(tenant "$name" {\n\tdomains = {"$domain"}\n}\n) } ['example', 'example.org'], ['other', 'other.example'];

# files in which the bytes stand: not those that their owner wrote by hand, messages that are held for others, nor unused pages of the store
sub files_with {
	my ($dir, $text) = @_;
	my @found;
	File::Find::find({ no_chdir => 1, wanted => sub {
		return if !-f $_ || m{/(?:[^/]+\.eml|wonted\.conf|log|learn\.log|zone|people\.csv|store)\z} || m{/redis/};
		open my $in, '<:raw', $_ or return;
		local $/;
		push @found, $_ if (<$in> // '') =~ /(?<![a-z])\Q$text\E/i;
	} }, $dir);
	return @found;
}

sub mail {
	my ($d, $id, $from, $to, $subject, %o) = @_;
	my $m = Wonted::Milter->new(socket => $d->socket);
	$m->send(from => $from, to => ref $to ? $to : [$to], id => $id, message => join '', map { "$_\n" }
		"From: Some Body <" . ($o{header} // $from) . '>', "To: " . (ref $to ? join ', ', @$to : $to), "Subject: $subject", "Message-ID: <$id\@mx.test>", '', $o{body} // 'Hello.');
	$m->quit;
}
# the parts of a page, by title; and how many there are in all
sub page {
	my ($d, @args) = @_;
	my ($status, $text) = $d->run('privacy', 'export', @args);
	return ($status, { map { my ($title) = /\A(.*)/; $title => $_ } split /\n\n/, $text }, $text =~ /^(\d+) in all/m ? $1 : undef);
}
sub count { my ($d, @args) = @_; return (page($d, @args))[2] }

sub all_of_it {
	my ($store_of) = @_;
	my $place = Wonted::Place->new;
	my ($url, $done) = $store_of->($place);
	my $d = Wonted::Daemon->new($place, more => $tenants, zone => qq(shop.example. TXT "v=spf1 ip4:192.0.2.10 -all"\n),
		set => { learn_every => '"200ms"', ($url ? (store => qq("$url")) : ()) },
		rules => "rule says_prize\n    reason \"It speaks of a prize\"\n    when subject contains \"prize\"\n    threat +12\n");
	$place->write('people.csv', "name,addresses\nAnn Field,ann\@example.org;ann.field\@example.org\nBen Ford,ben\@example.org\nAnn Ford,ann.ford\@example.org\n");
	is(($d->run('people', 'import', '--tenant', 'example', $place->path('people.csv')))[0], 0, 'people');
	$d->start;
	$place->start('learn.log', $learner, '-c', $d->{conf});
	Wonted::Place::wait_for(sub { -S "$d->{dir}/feedback" });
	mail($d, '4Xone', 'bob@shop.example', 'ann@example.org', 'lunch');
	mail($d, '4Xtwo', 'eve@shop.example', 'Ann@Example.ORG', 'a prize', body => "Xylophones for sale, ann\@example.org.");
	mail($d, '4Xthree', 'bob@shop.example', 'ben@example.org', 'other things');
	mail($d, '4Xfour', 'bob@shop.example', 'joann@example.org', 'not hers');
	mail($d, '4Xfive', 'eve@shop.example', ['ann@example.org', 'ben@example.org'], 'a prize for both', body => 'Marimbas for sale.');
	mail($d, '4Xsix', 'bounce-ann=example.org@list.example', 'ben@example.org', 'of her');
	mail($d, '4Xseven', 'bob@shop.example', 'ann@other.example', 'of another tenant');
	mail($d, '4Xeight', 'ann@example.org', 'kim@other.example', 'across');
	my $learned = sub { my ($s, $t) = $d->run('store', 'get', '--tenant', 'other', 'sender', 'bob@shop.example'); $s == 0 && $t =~ /kim|in/ };
	Wonted::Place::wait_for($learned);
	Wonted::Place::wait_for(sub { ($d->run('store', 'get', '--tenant', 'example', 'pair', 'ann@example.org', 'bob@shop.example'))[0] == 0 });
	$d->run('preferences', 'set', '--tenant', 'example', 'ben@example.org', 'junk', 'ann@example.org');
	$d->run('digest', 'set', $_, 'daily') for 'ann@example.org', 'ben@example.org';
	my ($hers) = map { $_->{id} } grep { @{ $_->{recipients} // $_->{rcpts} } == 1 } map { decode_json($_) } split /\n/, ($d->run('quarantine', 'list', '--json'))[1];
	$d->run('quarantine', 'report', $hers) if $hers;
	my $others = { map { $_ => count($d, $_) } 'ben@example.org', 'joann@example.org', 'ann.ford@example.org', 'ann@other.example' };
	my $page = (page($d, 'ann@example.org'))[1];
	for (['^Messages that were decided', qr/across/], ['^What is remembered', qr/Ann Field/], ['^Messages that are, or were, held', qr/a prize for both/], ['^What was done with held', qr/report/], ['^Who did what', qr/report/],
		['^Which summaries', qr/digests/]) {
		my ($title, $what) = @$_;
		my ($part) = map { $page->{$_} } grep { /$title/ } keys %$page;
		like($part, $what, "her page has: $title");
	}
	my ($s, $text) = $d->run('privacy', 'erase', 'ann@example.org');
	is($s, 2, 'without --yes nothing is done where nobody can be asked');
	like($text, qr/things are to go of <ann\@example\.org>.*say --yes/s, '... and told');
	my $before = count($d, 'ann@example.org');
	($s, $text) = $d->run('privacy', 'erase', '--dry-run', '--json', 'ann@example.org');
	is($s, 0, '--dry-run');
	my $sum = 0;
	$sum += $_->{found} for map { decode_json($_) } split /\n/, $text;
	is($sum, $before, '... counts what the page has');
	is(count($d, 'ann@example.org'), $before, '... and changes nothing');

	($s, $text) = $d->run('privacy', 'erase', '--yes', '--why', 'she asked', 'ANN@example.org');
	is($s, 0, 'erase') or diag $text;
	like($text, qr/^wonted keeps of ann\@example\.org\n +\d+  /m, 'counts first');
	like($text, qr/^All that wonted keeps of ann\@example\.org\n.*^0 in all/ms, 'and proves it with an empty page');
	is(count($d, 'ann@example.org'), 0, 'there is nothing a moment later, either');
	is(count($d, 'ann.field@example.org'), 0, 'nor under her other address');
	is_deeply([files_with($d->{dir}, 'ann@example.org')], [], 'her address stands in no file');
	is_deeply([files_with($d->{dir}, 'xylophones')], [], 'nor do words of what was held for her, in the index');
	is_deeply([files_with($d->{dir}, 'ann=example.org')], [], 'nor what was made of her address');

	like(($d->run('people', 'test', '--tenant', 'example', 'Ann Ford <x@shop.example>'))[1], qr/ann\.ford/, 'a namesake is still known');
	unlike(($d->run('people', 'test', '--tenant', 'example', 'Ann Field <x@shop.example>'))[1], qr/ann\.field\@/, 'and she is not');
	my ($both) = grep { $_->{subject} eq 'a prize for both' } map { decode_json($_) } split /\n/, ($d->run('quarantine', 'list', '--json'))[1];
	is_deeply([map { $_->{address} } @{ $both->{recipients} // $both->{rcpts} }], ['ben@example.org'], 'a message to both is held for the other') or diag explain $both;
	like(($d->run('quarantine', 'show', '--raw', $both->{id}))[1], qr/Marimbas/, '... and is whole');
	like(($d->run('quarantine', 'list', '--text', 'marimbas'))[1], qr/a prize for both/, '... and found by its words');
	is(($d->run('audit', 'verify'))[0], 0, 'the chain of the audit file is whole');
	like(($d->run('audit', 'show'))[1], qr/erase +done .*why she asked/, '... and tells that it was done');
	for (sort keys %$others) {
		cmp_ok(count($d, $_), '>', 0, "of $_ there is something still");
	}
	is(count($d, 'ann@other.example'), $others->{'ann@other.example'}, 'all of who has the same name in another tenant');
	like(($d->run('log', '--to', 'joann@example.org'))[1], qr/not hers/, 'the journal has its other records');
	is(($d->run('store', 'verify'))[0], 0, 'all records of the store can be read');

	# the journal goes on: who reads it is where it was, and learns nothing twice
	my $pair = sub { (decode_json(($d->run('store', 'get', '--tenant', 'example', 'pair', 'ben@example.org', 'bob@shop.example'))[1]))->{value}{in}{messages} };
	my $was = $pair->();
	mail($d, '4Xnine', 'bob@shop.example', 'ben@example.org', 'afterwards');
	Wonted::Place::wait_for(sub { ($pair->()->{open} // 0) > ($was->{open} // 0) });
	is($pair->()->{open}, $was->{open} + 1, 'wonted-learn goes on, and counts nothing twice');
	unlike(Wonted::Place::read_file($place->path('learn.log')), qr/position|again|dead|damaged|left out/, '... and saw nothing strange');
	is_deeply([glob "$d->{dir}/journal/dead-letter*"], [], '... nor set anything aside');
	like(($d->run('explain', '4Xthree'))[1], qr/other things|wanted/, 'records behind those that went are found');
	$d->stop;
	$place->stop_all if $place->can('stop_all');
	$done->();
}

subtest 'LMDB' => sub { all_of_it(sub { (undef, sub { }) }) };
SKIP: {
	skip 'redis-server is not installed', 1 unless Wonted::Redis::there();
	subtest 'Redis' => sub {
		all_of_it(sub {
			my $redis = Wonted::Redis->new($_[0], name => 'redis')->start;
			return ('redis://' . $redis->address, sub { $redis->stop });
		});
	};
}

subtest 'one tenant, strange addresses, and nobody' => sub {
	my $place = Wonted::Place->new;
	my $d = Wonted::Daemon->new($place, more => $tenants, zone => '', rules => "rule says_prize\n    reason \"It speaks of a prize\"\n    when subject contains \"prize\"\n    threat +12\n")->start;
	my $long = 'x' x 60 . '@' . join('.', ('y' x 40) x 3) . '.example';
	my %strange = ('"a b"@shop.example' => '"a b"@shop.example', 'o\'neil@shop.example' => "o'neil\@shop.example",
		$long => $long, 'per@bücher.example' => 'per@xn--bcher-kva.example', '"quoted"@shop.example' => 'quoted@shop.example', '#hash@shop.example' => '#hash@shop.example', '100%@shop.example' => '100%@shop.example');
	my $n = 0;
	mail($d, '4Xs' . $n++, $_, 'ann@example.org', 'a prize') for sort keys %strange;
	mail($d, '4Xboth', 'eve@shop.example', ['ann@example.org', 'kim@other.example'], 'lunch');
	mail($d, '4Xother', 'eve@shop.example', 'kim@other.example', 'dinner');
	mail($d, '4Xfirst', 'eve@shop.example', 'ann@example.org', 'breakfast');
	Wonted::Place::wait_for(sub { ($d->run('log', '--all'))[1] =~ /4Xfirst/ });
	system("$learner -1 -c $d->{conf} >/dev/null 2>&1");
	for (sort keys %strange) {
		my $typed = $strange{$_};
		cmp_ok(count($d, $typed), '>=', 2, "$typed is found") or diag((page($d, $typed))[1]);
		my ($s, $text) = $d->run('privacy', 'erase', '--yes', $typed);
		is($s, 0, '... and erased') or diag $text;
		is(count($d, $typed), 0, '... whole');
	}
	like(($d->run('privacy', 'export', '--tenant', 'nobody', 'eve@shop.example'))[1], qr/there is no tenant "nobody": allowed are "example", "other"/, 'a tenant that is not there');
	is(($d->run('privacy', 'erase', '--yes', '--tenant', 'nobody', 'eve@shop.example'))[0], 1, '... is no reason to erase all');
	cmp_ok(count($d, '--tenant', 'other', 'eve@shop.example'), '>', 0, 'what one tenant has of a stranger');
	my $all = count($d, 'eve@shop.example');
	my ($s, $text) = $d->run('privacy', 'erase', '--yes', '--tenant', 'example', 'eve@shop.example');
	is($s, 0, 'erased for one tenant') or diag $text;
	is(count($d, '--tenant', 'example', 'eve@shop.example'), 0, '... it has nothing more');
	like((page($d, 'eve@shop.example'))[1]{'Messages that were decided, or seen on their way out'}, qr/dinner/, 'what another tenant has stays');
	unlike(join('', values %{ (page($d, 'eve@shop.example'))[1] }), qr/breakfast/, '... and no more');
	cmp_ok(count($d, 'eve@shop.example'), '<', $all, '... which is less');
	($s, $text) = $d->run('privacy', 'erase', 'nobody@nowhere.example');
	is($s, 0, 'of whom nothing is kept');
	like($text, qr/  nothing\n.*^0 in all/ms, '... is told, with the page, and nobody is asked');
	for ('no address', 'ann', '@example.org', '', 'ann@example.org, ben@example.org') {
		($s, $text) = $d->run('privacy', 'erase', '--yes', $_);
		is($s, 1, "\"$_\" erases nothing") or diag $text;
	}
	my @rows = map { decode_json($_) } split /\n/, ($d->run('privacy', 'export', '--json', 'eve@shop.example'))[1];
	is($rows[-1]{part}, 'all', '--json ends with the sum');
	is($rows[-1]{found}, $#rows, '... of its lines');
	ok((grep { $_->{part} eq 'store' && $_->{record}{family} } @rows) > 0, '... which are things by their parts') or diag explain \@rows;
	$d->stop;
};
done_testing;
