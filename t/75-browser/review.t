#!/usr/bin/perl
# The review page in headless Chromium, with scripts and without: signing in, filters, a release that
# arrives, a request that is approved, bulk delete; every page looked at by axe, on a desk and on a
# phone, light and dark. Part of make check-full: needs Chromium, node and npm, and for its first run
# the network. WONTED_SCREENSHOTS names a folder for pictures.
use strict; use warnings;
use lib 't/lib';
use File::Copy 'copy';
use JSON::PP;
use Test::More;
use Wonted::Daemon;
use Wonted::Milter;
use Wonted::Place;
use Wonted::Review;

my $here = 't/75-browser';
my ($chromium) = grep { -x } map { ("/usr/bin/$_", "/usr/local/bin/$_") } qw(chromium chromium-browser google-chrome);
plan skip_all => 'there is no Chromium: apt-get install chromium' unless $chromium;
plan skip_all => 'there is no node: apt-get install nodejs npm' if system 'node --version >/dev/null 2>&1';
my $work = 'build/browser';
mkdir $_ for 'build', $work;
copy("$here/$_", "$work/$_") or die "$work/$_: $!" for qw(package.json package-lock.json review.mjs);
system "cd $work && npm ci --ignore-scripts --no-audit --no-fund >npm.log 2>&1" unless -d "$work/node_modules/axe-core" && -d "$work/node_modules/playwright-core";
plan skip_all => "npm cannot get axe-core, see $work/npm.log" unless -d "$work/node_modules/axe-core";

my $rules = <<'END';
rule says_invoice
    reason  "Asks to pay an invoice, and {from.address} has never written before"
    when    subject contains "invoice"
    threat  +10
rule says_new_account
    reason  "Speaks of a new account for payments"
    when    text contains "new account"
    threat  +3
rule bulk_mail
    reason  "Bulk mail that nobody asked for"
    when    header "List-Unsubscribe" exists
    spam    +7
END
my $more = <<'END';
tenant "one" {
	domains = {"one.example"}
	review_name = "Harbour & Sons"
	review_contact = "help desk, telephone 117"
}
policy "default" {
	on_spam = quarantine
}
END

for my $script (qw(on off)) {
	subtest "scripts $script" => sub {
		my $place = Wonted::Place->new;
		my $sink = Wonted::Review::Sink->start($place);
		my ($port) = Wonted::Place::free_ports(1);
		my $d = Wonted::Daemon->new($place, zone => '', rules => $rules, more => $more,
			set => { review_url => qq("http://localhost:$port/"), release_smtp => qq("127.0.0.1:$sink->{port}"), review_socket => qq("inet:$port\@127.0.0.1") })->start;
		my $n = 0;
		my $mail = sub {
			my ($from, $subject, $text, @head) = @_;
			my $m = Wonted::Milter->new(socket => $d->socket, timeout => 30);
			$m->send(from => ($from =~ /<([^<>]*)>\z/)[0], to => ['ann@one.example'], id => '4Xbrw' . ++$n,
				message => join '', map { "$_\n" } "From: $from", 'To: Ann <ann@one.example>', "Subject: $subject", "Message-ID: <b$n\@x.example>", @head, '', $text);
			$m->quit;
		};
		$mail->("\"Offers of $_\" <news\@offers$_.example>", "Offer number $_ of this week", "Buy now, only today.", "List-Unsubscribe: <https://offers$_.example/>") for 1 .. 8;
		$mail->('"Garden Club" <club@garden.example>', 'Our newsletter for spring', "What to plant in March.", 'List-Unsubscribe: <https://garden.example/>');
		$mail->('"Evelyn Marsh" <e.marsh@harbour-sons.example>', 'Open invoice 2026-118', "Dear Ann,\n\nplease pay the invoice today, to our new account.\n\nEvelyn");
		$mail->('"<b>Prize</b>" <x@evil.example>', "Hostile invoice <script>alert(1)</script> \xe2\x80\xaeexe.gpj",
			"<html><style>*{display:none}</style><body onload=alert(2)><script>alert(3)</script><form action=http://evil.example/><input></form><svg><animate onbegin=alert(4) attributeName=x dur=1s></svg>"
			. "<img src=http://evil.example/pixel onerror=alert(5)><a href=http://evil.example/>click</a><iframe src=http://evil.example/></iframe><p style=position:fixed>over</p></body></html>",
			'MIME-Version: 1.0', 'Content-Type: text/html; charset=utf-8');
		my $r = Wonted::Review->new($d, port => $port);
		$r->adduser('rita', 'reviewer of one', '--role', 'reviewer', '--tenant', 'one');
		$r->adduser('ann', 'user of one', '--role', 'user', '--mailbox', 'ann@one.example');
		$r->start;
		my ($got, $digest) = $d->run('digest', 'show', '--html', 'ann@one.example');
		is($got, 0, 'there is a summary') or diag $digest;
		$digest = $place->write('digest.html', $digest);
		my $shots = $ENV{WONTED_SCREENSHOTS} ? "$ENV{WONTED_SCREENSHOTS}/$script" : '';
		mkdir $shots if $shots;
		my $checks = 0;
		for (`cd $work && node review.mjs $chromium http://localhost:$port $script $digest $shots 2>&1`) {
			my $j = eval { decode_json($_) };
			if (!$j) { diag $_; next }
			$checks++;
			ok($j->{ok}, $j->{name}) or diag $j->{why};
		}
		is($? >> 8, 0, 'the browser came to the end');
		cmp_ok($checks, '>', 25, 'and looked at all pages');
		is(scalar(grep { /Subject: Our newsletter for spring/ } $sink->taken), 1, 'what was released arrived');
		is(scalar(grep { /Subject: (?:Open|Hostile) invoice/ } $sink->taken), 1, 'and what was asked for and approved');
		ok($r->stop, 'the page stops');
		ok($d->stop, 'the filter stops');
	};
}
done_testing;
