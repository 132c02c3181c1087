#!/usr/bin/perl
# Lists in DNS that rules name: through the whole filter, with a zone file and with the daemon.
use strict; use warnings;
use lib 't/lib';
use JSON::PP;
use Test::More;
use Time::HiRes 'time';
use Wonted::Daemon;
use Wonted::Milter;
use Wonted::Place;

my $place = Wonted::Place->new;
my $zone = $place->write('zone', <<'END');
$ORIGIN hosts.lists.example.
9.2.0.192 A 127.0.0.4
10.2.0.192 A 127.0.0.10
11.2.0.192 A 127.255.255.254
12.2.0.192 TIMEOUT
$ORIGIN domains.lists.example.
bad.example A 127.0.1.2
bad.co.uk A 127.0.1.2
END
$place->write('rules/10-lists.rules', <<'END');
list blocked_hosts dns "hosts.lists.example" codes "127.0.0.2" "127.0.0.4-127.0.0.7"
list blocked_domains dns "Domains.Lists.Example."
list unused dns "unused.lists.example"

rule host_listed
    reason  "The sending host {found} stands in a list"
    when    client.addr in blocked_hosts
    spam    +3
    if unknown  spam +0.1

rule link_listed
    reason  "A link leads to {found}, which stands in a list"
    when    links.hosts in blocked_domains and not auto
    spam    +4

rule sender_listed
    reason  "The domain {found} stands in a list"
    when    from.domain in blocked_domains or reply_to.address in blocked_domains
    spam    +5
END
$place->write('rules/10-lists.rtest', <<'END');
test "what a list holds is given"
    given   blocked_hosts "192.0.2.9"
    given   client.addr "192.0.2.9"
    given   blocked_domains "bad.example" "worse.example"
    given   links.hosts "ok.example" "www.worse.example"
    given   from.domain "good.example"
    expect  rule host_listed yes
    expect  rule link_listed yes
    expect  rule sender_listed no
    expect  reason link_listed "A link leads to www.worse.example, which stands in a list"

test "a list that does not answer, and one that holds nothing"
    given   client.addr "192.0.2.9"
    given   from.domain "bad.example"
    given   blocked_domains absent
    expect  rule host_listed unknown
    expect  rule sender_listed no
END
my $d = Wonted::Daemon->new($place, set => { dns_zone_file => qq("$zone"), rules_dir => '"' . $place->path('rules') . '"', dns_list_deadline => '300ms' });

sub mail {
	my (%of) = @_;
	return 'From: ' . ($of{from} // 'ann@good.example') . "\nTo: ann\@example.org\n" . ($of{reply} ? "Reply-To: $of{reply}\n" : '')
	    . "Subject: x\nMessage-ID: <1\@good.example>\n\nHello. " . join(' ', @{ $of{links} // [] }) . "\n";
}
sub scan {
	my ($client, %of) = @_;
	my ($status, $json) = $d->run('scan', '--json', '--client', $client, '--rcpt', 'ann@example.org', $place->write('m.eml', mail(%of)));
	my ($record) = grep { /^\{/ } split /\n/, $json;    # beside warnings of lists that refuse
	return eval { decode_json($record) } // fail($json);
}
sub rules { my ($r) = @_; return join ' ', sort map { $_->{rule} . ($_->{points} < 1000 ? '?' : '') } @{ $r->{rcpts}[0]{reasons} } }

my ($status, $said) = $d->run('rules', 'check');
is($status, 0, 'the rules are fine') or diag $said;
my $r = scan('192.0.2.9', links => ['https://a.bad.example/x', 'http://www.good.example/']);
is(rules($r), 'host_listed link_listed', 'a host and a link that are listed');
is_deeply($r->{features}{'dns_lists.found'}, ['blocked_hosts: 192.0.2.9', 'blocked_domains: bad.example'], 'are told');
is_deeply($r->{features}{'dns_lists.unanswered'}, [], 'and nothing is open');
my ($reason) = map { $_->{text} } grep { $_->{rule} eq 'link_listed' } @{ $r->{rcpts}[0]{reasons} };
is($reason, 'A link leads to a.bad.example, which stands in a list', 'the reason names what was found');
is(rules(scan('192.0.2.10')), '', 'a code that was not asked for is none');
is(rules(scan('192.0.2.99')), '', 'who is not listed');
is(rules(scan('192.0.2.99', from => 'bob@www.bad.co.uk')), 'sender_listed', 'the registered domain is asked for');
is(rules(scan('192.0.2.99', reply => 'x@mail.bad.example')), 'sender_listed', 'of an address its domain');
is(rules(scan('192.0.2.99', from => 'bob@good.example, eve@bad.example')), 'sender_listed', 'of several authors each');
$r = scan('192.0.2.11');
is(rules($r), 'host_listed?', 'a list that refuses is unknown');
is_deeply($r->{features}{'dns_lists.unanswered'}, ['blocked_hosts'], 'and told');
$r = scan('192.0.2.12', links => ['https://bad.example/']);
is(rules($r), 'host_listed? link_listed', 'one that is silent holds up nothing else');
my @links = map { "https://l$_.example/" } 1 .. 40;
is_deeply(scan('192.0.2.99', links => \@links)->{features}{'dns_lists.unanswered'}, ['blocked_domains'], 'more than is asked for one message is told');
($status, $said) = $d->run('scan', '--no-dns', '--json', '--client', '192.0.2.9', $place->path('m.eml'));
is(rules(decode_json($said)), 'host_listed?', 'without DNS nothing is known');

# the deadline is the list's own; and a record cannot answer for a list
$d->start;
my $m = Wonted::Milter->new(socket => $d->socket, client => { addr => '192.0.2.12' });
my $began = time;
$m->send(from => 'bob@good.example', to => ['ann@example.org'], message => mail(links => ['https://bad.example/']), id => '4Xlists');
my $took = time - $began;
$m->quit;
cmp_ok($took, '<', 2 * 10, 'a silent list ends with its deadline');
($status, $said) = $d->run('explain', '--facts', '4Xlists');
like($said, qr/dns_lists\.unanswered +\["blocked_hosts"\]/, 'the record says which list was silent');
like($said, qr/^what would have changed it/m, 'and is explained');
my $log = $d->log;
$m = Wonted::Milter->new(socket => $d->socket, client => { addr => '192.0.2.11' });
$m->send(from => 'bob@good.example', to => ['ann@example.org'], message => mail()) for 1 .. 3;
$m->quit;
$log = $d->log;
my $n = () = $log =~ /list blocked_hosts: hosts\.lists\.example answers 127\.255\.255\.254/g;
is($n, 1, 'a list that refuses is told once');
done_testing;
