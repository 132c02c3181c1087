#!/usr/bin/perl
# The evaluation kit on mail whose scores are known: rules give points by a word, so that every figure can be
# worked out by hand. Other filters are not run here (t/90-bench/eval --beside installs them).
use strict; use warnings;
use File::Temp qw(tempdir);
use JSON::PP;
use Test::More;
use lib 't/lib';
use Wonted::Corpus qw(read_corpus told date_of put);
use Wonted::Curve qw(one_minus_auc limit_at missed);

$ENV{WONTED_BUILD} //= 'build/debug';
plan skip_all => "$ENV{WONTED_BUILD}/wonted is not built" unless -x "$ENV{WONTED_BUILD}/wonted";
my $dir = tempdir(CLEANUP => 1);

subtest 'curve' => sub {
	is(one_minus_auc([1, 2, 3], [4, 5]), 0, 'all bad ones above all good ones');
	is(one_minus_auc([4, 5], [1, 2, 3]), 100, 'all below');
	is(one_minus_auc([1, 3], [2, 4]), 25, 'one of four pairs is the wrong way round');
	is(one_minus_auc([1, 1], [1, 1, 1]), 50, 'ties count half');
	is(one_minus_auc([0, 1], [1, 2]), 12.5, 'one tie of four pairs');
	is(one_minus_auc([], [1]), undef, 'one class only');
	is(one_minus_auc([1], []), undef, 'the other only');
	my @good = 1 .. 1000;
	is(limit_at(\@good, 0.001), 999, 'one of a thousand may lie above');
	is(limit_at(\@good, 0), 1000, 'none may');
	is(limit_at([1 .. 10], 0.001), 10, 'a thousandth of ten is none');
	is(limit_at([], 0.01), undef, 'no good mail, no limit');
	is(limit_at([1], 1), undef, 'all may be lost: no limit');
	is(missed(999, 998, 999, 1000), 2, 'what does not lie above is missed');
	is(missed(limit_at([5, 5, 5, 1], 0.25), 5, 6), 1, 'where good ones tie, none of them is lost');
	is(missed(undef, 1), 0, 'without a limit nothing is missed');
};

mkdir "$dir/rules";
put("$dir/rules/10-words.rules", join "\n", map { "rule says_$_\n    reason  \"Says $_\"\n    when    subject mentions \"word$_\"\n    spam    +$_\n" } 1 .. 9);
$ENV{WONTED_RULES} = "$dir/rules";
my $n = 0;
# [source, label, points, campaign]
sub corpus {
	my ($name, @of) = @_;
	my $at = "$dir/$name";
	mkdir $at;
	my @lines = "path\tlabel\tunix_time\tcluster\n";
	for (@of) {
		my ($source, $label, $points, $campaign) = @$_;
		my $time = 1_600_000_000 + 86400 * ++$n;
		mkdir "$at/$source";
		put("$at/$source/$n.eml", "Received: from a (b [192.0.2.1])\n\tby collector.example; x\nX-Spam-Status: Yes\nFrom: A <a$n\@s$n.example>\nTo: someone\@corpus.example\nSubject: a word$points here\nDate: " . Wonted::Corpus::mail_date($time) . "\nMessage-ID: <$n\@s$n.example>\n\nText number $n.\n");
		push @lines, "$source/$n.eml\t$label\t$time\t" . ($campaign // $n) . "\n";
	}
	put("$at/some.tsv", @lines);
	return $at;
}
sub eval_json {
	my ($at, @options) = @_;
	open my $in, '-|', $^X, 't/90-bench/eval', '--json', @options, $at or die;
	my $text = do { local $/; <$in> };
	close $in;
	return $? ? undef : decode_json($text);
}
sub said { my @arguments = @_; my $text = `@arguments 2>&1 >/dev/null`; return ($? >> 8, $text) }
sub source { my ($r, $name) = @_; return (grep { $_->{source} eq $name } @{ $r->{filters}[0]{sources} })[0] }

subtest 'known scores' => sub {
	my $at = corpus('known', (map { ['one', 'ham', $_] } 1, 3), (map { ['one', 'spam', $_] } 2, 4), ['two', 'phish', 7], ['two', 'dsn', 9], (map { ['three', 'promo', $_] } 1, 1));
	my $r = eval_json($at, '--train', 0, '--keep', "$dir/kept");
	is($r->{judged}, 7, 'dsn is neither good nor bad');
	is($r->{neither}, 1, 'and counted');
	# good 1 3 1 1, bad 2 4 7: only 3 lies above 2
	is(sprintf('%.3f', $r->{filters}[0]{'1-AUC_percent'}), sprintf('%.3f', 100 / 12), '(1-AUC)%');
	is(source($r, 'one')->{'own_1-AUC_percent'}, 25, 'of a source that has both, its own');
	is(source($r, 'two')->{bad}{'1-AUC_percent'}, 0, 'of a source that has bad ones, against all good ones');
	is(source($r, 'two')->{good}{n}, 0, 'one class only');
	is(source($r, 'three')->{bad}{n}, 0, 'the other only');
	is_deeply(source($r, 'one')->{bad}{missed_percent}, [50, 50, 50], 'missed above the worst good one');
	is_deeply(source($r, 'one')->{bad}{verdicts}, { wanted => 2 }, 'what each verdict got');
	is_deeply(source($r, 'two')->{bad}{verdicts}, { spam => 1 }, 'spam from 6 points');
	is($r->{filters}[0]{worst}{good}[0]{score}, 0.5, 'the worst good one: half of what spam needs');
	is($r->{filters}[0]{worst}{good}[0]{reasons}[0]{rule}, 'says_3', 'and why');
	is($r->{filters}[0]{worst}{bad}[0]{reasons}[0]{points}, 2000, 'the worst bad one');
	my @kept = split /\n/, Wonted::Corpus::slurp("$dir/kept");
	is(scalar @kept, 7, '--keep');
	is_deeply([sort map { decode_json($_)->{label} } @kept], [qw(ham ham phish promo promo spam spam)], 'has labels');
	my ($status) = said($^X, 't/90-bench/eval', '--train', 0, $at);
	is($status, 0, 'in words');
};

subtest 'fit' => sub {
	my $line = sub { my ($source, $good, %points) = @_; return encode_json({ source => $source, good => $good, reasons => [map { { rule => $_, axis => 'spam', points => $points{$_} * 1000 } } sort keys %points] }) . "\n" };
	# "telling" hits bad mail only and gives too little, "idle" hits both alike
	put("$dir/judged", map { my $source = $_; map { ($line->($source, 0, telling => 3, idle => 2), $line->($source, 1, idle => 2), $line->($source, 1)) } 1 .. 15 } qw(first second));
	my $rules = join '', map { Wonted::Corpus::slurp($_) } glob "$dir/rules/*";
	my $fit = decode_json(scalar `$^X t/90-bench/fit --json $dir/judged`);
	my %of = map { $_->{rule} => $_ } @{ $fit->{rules} };
	cmp_ok($of{telling}{proposed}, '>', 3, 'what tells is worth more');
	is($of{telling}{points}, 3, 'beside what it is worth now');
	is_deeply([@{ $of{idle} }{qw(good bad)}], [30, 30], 'hits are counted');
	is_deeply([map { $_->{source} } @{ $fit->{folds} }], [qw(first second)], 'a fold a source');
	is($fit->{folds}[0]{now}{found_percent}, 0, 'nothing was found');
	is($fit->{folds}[0]{fitted}{found_percent}, 100, 'all would be, by factors of the other source');
	is($fit->{folds}[0]{fitted}{lost_percent}, 0, 'at no price');
	is(join('', map { Wonted::Corpus::slurp($_) } glob "$dir/rules/*"), $rules, 'no rule is edited');
	is(scalar @{ decode_json(scalar `$^X t/90-bench/fit --json --least 61 $dir/judged`)->{rules} }, 0, 'what hits too seldom is left alone');
	for (['no JSON', "x\n", qr/bad:1: no line of/], ['another object', "{}\n", qr/bad:1: no line of/], ['one class', $line->('first', 1), qr/both good and bad/],
		['no rule', '{"source":"a","good":1,"reasons":[{}]}' . "\n", qr/bad:1: a reason without/]) {
		put("$dir/bad", $_->[1]);
		my ($status, $text) = said($^X, 't/90-bench/fit', "$dir/bad");
		isnt($status, 0, $_->[0]);
		like($text, $_->[2], 'is told with its line');
	}
	is((said($^X, 't/90-bench/fit', '--axis', 'graymail', "$dir/judged"))[0], 2, 'a wrong axis is wrong usage');
};

subtest 'campaigns' => sub {
	my $at = corpus('campaigns', (map { ['one', 'ham', $_] } 1, 1), map { ['one', 'spam', $_->[0], $_->[1]] } [5, 'a'], [1, 'a'], [1, 'a'], [2, 'b']);
	my $r = eval_json($at, '--train', 0);
	is($r->{judged}, 4, 'a campaign counts once');
	is($r->{filters}[0]{'1-AUC_percent'}, 0, 'and its first message stands for it');
	is(eval_json($at, '--train', 0.5)->{judged}, 2, 'a campaign teaches or is judged');
	is(eval_json($at, '--folds', 3)->{judged}, 4, 'in folds each is judged once');
	is(eval_json($at, '--train', 0, '--most', 1)->{judged}, 2, 'a sample, by source and class');
	is(eval_json($at, '--train', 0, '--most', 1, '--all')->{judged}, 4, 'or all');
	is(eval_json($at, '--train', 0, '--source', 'one/')->{judged}, 4, 'by path');
};

subtest 'what is no corpus' => sub {
	my $at = corpus('wrong', ['one', 'ham', 1]);
	my $good = Wonted::Corpus::slurp("$at/some.tsv");
	my ($path) = $good =~ m{^(one/\S+)}m;
	my $head = "path\tlabel\tunix_time\n";
	for (['no fields', '', qr/some\.tsv:1: the table is empty/], ['no label', "path\tunix_time\n", qr/some\.tsv:1: no column "label"/],
		['a field less', "$head$path\tham\n", qr/some\.tsv:2: 2 fields, but the first line has 3/], ['a wrong label', "$head$path\tgood\t1\n", qr/some\.tsv:2: label is "good"; it must be one of dsn, ham/],
		['a wrong time', "$head$path\tham\tsoon\n", qr/some\.tsv:2: unix_time is "soon"/], ['twice', "$head$path\tham\t1\n$path\tham\t1\n", qr/some\.tsv:3: \S+ stands there twice, first at \S+some\.tsv:2/],
		['not there', "${head}one/x.eml\tham\t1\n", qr/some\.tsv:2: there is no /], ['elsewhere', "$head../rules/10-words.rules\tham\t1\n", qr/some\.tsv:2: .* leads out of the folder/],
		['nothing to judge', $head, qr/no messages/]) {
		put("$at/some.tsv", $_->[1]);
		my ($status, $text) = said($^X, 't/90-bench/eval', $at);
		isnt($status, 0, $_->[0]);
		like($text, $_->[2], 'is told with its line');
	}
	put("$at/some.tsv", $good);
	put("$at/some.envelope.tsv", "path\tspf\n$path\n");
	like((said($^X, 't/90-bench/eval', $at))[1], qr/some\.envelope\.tsv:2: 1 fields/, 'the envelopes as well');
	mkdir "$dir/nothing";
	like((said($^X, 't/90-bench/eval', "$dir/nothing"))[1], qr/no NAME\.tsv there/, 'an empty folder');
	is((said($^X, 't/90-bench/eval'))[0], 2, 'no folder is wrong usage');
	is((said($^X, 't/90-bench/eval', '--text', 'some', $at))[0], 2, 'so is a wrong word');
	like((said($^X, 't/90-bench/eval', '--beside', 'procmail', $at))[1], qr/there is no filter "procmail"; known are bogofilter, rspamd, spamassassin/, 'or another filter');
};

subtest 'as it was received' => sub {
	my $at = "$dir/told";
	mkdir $_ for $at, "$at/pot";
	put("$at/pot/1", "From x\nX-Spam-Flag: YES\nDelivered-To: phishing\@pot\nReturn-Path: <r\@far.example>\nFrom: \"Me\" <phishing\@pot>\nTo: <phishing\@pot>\nSubject: To phishing\@pot\nStatus: RO\n\nDear phishing\@pot\nStatus: 5.1.1\n");
	put("$at/a.tsv", "path\tlabel\tunix_time\npot/1\tphish\t1700000000\n");
	put("$at/a.envelope.tsv", "path\tclient_ip\thelo\trdns\tmail_from\trcpt\tspf\tdkim\tdmarc\npot/1\t192.0.2.7\th.example\tmx.far.example\t\t\tsoftfail\t\tfail\n");
	my $t = told((read_corpus($at))[0], 'me@corpus.example');
	is($t->{raw}, "From: \"Me\" <me\@corpus.example>\nTo: <me\@corpus.example>\nSubject: To me\@corpus.example\n\nDear me\@corpus.example\nStatus: 5.1.1\n", 'without marks and masks');
	is($t->{results}, "Return-Path: <r\@far.example>\nAuthentication-Results: checked.example; spf=softfail smtp.mailfrom=r\@far.example; dmarc=fail header.from=pot\n", 'with what was found out') or diag $t->{results};
	like($t->{received}, qr/^Received: from h\.example \(mx\.far\.example \[192\.0\.2\.7\]\)\n\tby .*; 14 Nov 2023 22:13:20 \+0000\n$/, 'and where it came from');
	is(date_of('Tue, 14 Nov 2023 22:13:20 -0100'), 1700000000 + 3600, 'dates are read');
};
done_testing;
