#!/usr/bin/perl
# Two filters beside each other, given the same mail: where they agree, and why they differ.
use strict; use warnings;
use lib 't/lib';
use JSON::PP;
use Test::More;
use Wonted::Daemon;
use Wonted::Milter;
use Wonted::Place;

plan skip_all => 'the programs are not built' unless Wonted::Daemon::built();
sub rule { my ($word, $points) = @_; return "rule says_$word\n    reason \"It speaks of $word\"\n    when subject contains \"$word\"\n    spam $points\n" }
my @places = map { Wonted::Place->new } 1 .. 2;
my @filters = map { Wonted::Daemon->new($places[$_], zone => '', rules => rule('lamps', '+12') . rule('chairs', ('+2', '+12')[$_]))->start } 0, 1;

sub mail {
	my ($which, $id, $subject, @to) = @_;
	for my $d (@filters[@$which]) {
		my $m = Wonted::Milter->new(socket => $d->socket);
		$m->send(from => 'bob@shop.example', to => \@to, id => "4X$id", message => "From: bob\@shop.example\nTo: $to[0]\nSubject: $subject\nMessage-ID: <$id\@shop.example>\n\nHello.\n");
		$m->quit;
	}
}
mail([0, 1], "l$_", 'lamps', 'Ann@example.org', 'ben@example.org') for 1 .. 5;
mail([0, 1], "c$_", 'chairs', 'ann@example.org') for 1 .. 3;
mail([0, 1], "h$_", 'hello', 'ann@other.example') for 1 .. 2;
mail([0], 'first', 'hello', 'ann@example.org');
mail([1], "second$_", 'hello', 'ann@example.org') for 1 .. 2;
for my $d (@filters) {
	Wonted::Place::wait_for(sub { my ($status, $text) = $d->run('log', '--json', '--all'); (() = $text =~ /^\{/mg) >= 11 });
}
my ($status, $text) = $filters[0]->run('compare', map { "$_->{dir}/journal" } @filters);
is($status, 0, 'compared');
like($text, qr/^in both: 15, agreed: 12 \(80\.00%\)$/m, 'recipients of messages that both have') or diag $text;
like($text, qr/^only in \S+: 1\nonly in \S+: 2$/m, 'and what one alone has');
like($text, qr/^ +10 +0  spam -> spam$/m, 'by verdict');
like($text, qr/^ +0 +3  wanted -> spam$/m, '... where they differ');
like($text, qr/^ +0 +3  says_chairs$/m, 'by rule');
like($text, qr/^ +10 +0  says_lamps$/m, '... where they agree');
like($text, qr/^ +10 +3  example\.org$/m, 'by domain');
is((() = $text =~ /^=== differs:/mg), 3, 'each message that differs');
like($text, qr/=== differs:\n--- \Q$filters[0]{dir}\E.*wanted.*--- \Q$filters[1]{dir}\E.*says_chairs/s, '... with both explanations');
($status, $text) = $filters[0]->run('compare', '--limit', 1, map { "$_->{dir}/journal" } @filters);
is((() = $text =~ /^=== differs:/mg), 1, '--limit');
($status, $text) = $filters[0]->run('compare', '--json', map { "$_->{dir}/journal" } @filters);
my ($all, @rows) = map { decode_json($_) } split /\n/, $text;
is_deeply($all, { both => 15, agreed => 12, only_first => 1, only_second => 2, nameless => 0, left_out => 0 }, '--json: what all came to');
is_deeply([grep { $_->{name} eq 'says_chairs' } grep { $_->{by} eq 'rule' } @rows], [{ by => 'rule', name => 'says_chairs', same => 0, differ => 3 }], '... a row');
is(scalar(grep { $_->{by} eq 'message' && $_->{first_id} && $_->{second_id} } @rows), 3, '... what differs');
($status, $text) = $filters[0]->run('compare', "$filters[0]{dir}/journal", '/nowhere/journal');
like("$status $text", qr{^[13] .*/nowhere/journal}, 'a journal that is not there');
$_->stop for @filters;
done_testing;
