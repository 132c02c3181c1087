#!/usr/bin/perl
# Postfix shows the filter an alias as it was written to, and delivers to its mailbox: what
# that mailbox knows of a sender counts for the alias, and what comes to the alias is learned
# for the mailbox.
use strict;
use warnings;
use lib 't/lib';
use Wonted::Root;
BEGIN { Wonted::Root::need() }
use JSON::PP;
use Test::More;
use Wonted::Trial;

plan skip_all => 'wonted-milter is not built' unless Wonted::Daemon::built();
my ($ann, $alias) = address('ann', 'a.smith');
my ($carl, $dora) = ('carl@partner.example', 'dora@partner.example');
my $site = trial_site(main => { virtual_alias_maps => "inline:{ $alias=$ann }" });
my $place = $site->place;
my $wonted = $site->wonted;
$wonted->configure(set => {
	rules_dir => '"' . $place->path('asking') . '"',
	dns_zone_file => '"' . $place->write('zone', qq(partner.example. TXT "v=spf1 ip4:192.0.2.10 -all"\n)) . '"',
});
$place->write('asking/10-ask.rules', <<'END');
rule ask
    reason "Asks what the test wants to know"
    when pair.known or pair.first_contact
    observe
END
$site->start;

my @t = gmtime(time - 30 * 86400);
my $then = sprintf '%d %s %d 12:00:00 +0000', $t[3], (qw(Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec))[$t[4]], $t[5] + 1900;
my $past = $place->write('past.mbox', "From x\@y Tue Jan  2 12:34:56 2024\nFrom: $ann\nTo: $carl\nDate: $then\nMessage-ID: <past\@example.org>\n\nHello.\n");
my ($status, $said) = $wonted->run('mailbox', 'import', $place->write('aliases.csv', "address,canonical\n$alias,$ann\n"));
is($status, 0, 'the alias is known') or diag $said;
($status, $said) = $wonted->run('import', '--mbox', $past);
is($status, 0, 'as is whom Ann wrote to') or diag $said;

# the facts of a message from there to the alias, which is delivered
sub facts {
	my ($from) = @_;
	my $r = $site->mail(from => $from, to => [$alias], message => message() =~ s/somebody\@example\.com/$from/r);
	is($r->{code}, 250, "from $from, taken");
	my ($got) = $site->arrived($ann, $r->{id});
	ok($got, '... and delivered to the mailbox');
	my ($status, $json) = $wonted->run('explain', '--json', $r->{id});
	my $rcpt = $status == 0 ? decode_json($json)->{rcpts}[0] : {};
	is($rcpt->{address}, $alias, '... the filter saw the alias');
	is($rcpt->{facts}{'rcpt.canonical'}, $ann, '... and knows where it leads');
	return $rcpt->{facts};
}

my $f = facts($carl);
ok(!$f->{'pair.first_contact'}, 'the first mail to the alias is no first contact');
$f = facts($carl);
ok($f->{'pair.known'} && !$f->{'pair.first_contact'}, 'the next one comes from somebody who is known');
$f = facts($dora);
ok($f->{'pair.first_contact'}, 'and a stranger is a stranger');

open my $learn, '-|', 'sh', '-c', 'exec "$@" 2>&1', 'sh', Wonted::Daemon::build_dir() . '/wonted-learn', '-c', $wonted->{conf}, '-1' or die;
$said = join '', <$learn>;
close $learn;
like($said, qr/learned 3 messages/, 'all of it is learned');
($status, $said) = $wonted->run('store', 'get', 'pair', $ann, $dora);
is($status, 0, 'for the mailbox') or diag $said;
($status, $said) = $wonted->run('store', 'get', 'pair', $alias, $dora);
isnt($status, 0, '... and not for the alias');
done_testing;
