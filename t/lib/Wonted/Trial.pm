package Wonted::Trial;
# What the tests of t/50-mta share: rules that hit by a header of the message, so that each action can be
# asked for without knowing the shipped rules; and policies that differ by recipient.
#
#   X-Trial: suspicious | malicious | spam | promotion
#   ann, bob, carol   the default policy: banner, quarantine, junk, pass
#   dora              junk by address extension
#   erik              rejects spam, defers what is malicious
#   frida             observe mode
use strict;
use warnings;
use Exporter 'import';
use Wonted::Site;
our @EXPORT = qw(trial_site message address);

my $count = 0;
my $rules = <<'END';
rule trial_suspicious
    reason "Says that it is suspicious"
    when header "X-Trial" contains "suspicious"
    threat +6

rule trial_malicious
    reason "Says that it is malicious"
    when header "X-Trial" contains "malicious"
    threat +12

rule trial_spam
    reason "Says that it is spam"
    when header "X-Trial" contains "spam"
    spam +8

rule trial_promotion
    reason "Says that it is a promotion"
    when header "X-Trial" contains "promotion"
    graymail +5
END

my $sections = <<'END';
tenant "example" {
	domains = "example.org"
}
policy "by-extension" {
	recipients = "dora@example.org"
	junk_by = extension
}
policy "strict" {
	recipients = "erik@example.org"
	on_spam = reject
	on_malicious = defer
}
policy "watched" {
	recipients = "frida@example.org"
	mode = observe
}
END

sub address { return map { "$_\@example.org" } @_ }

# trial_site - a site that is not started yet; arguments of Wonted::Site on top
sub trial_site {
	my (%o) = @_;
	my $wonted = $o{wonted} // {};
	my $site = Wonted::Site->new(users => [address(qw(ann bob carol dora erik frida))], %o,
		wonted => { more => $sections, %$wonted });
	my $dir = $site->place->path('rules');
	mkdir $dir;
	$site->place->write('rules/10-trial.rules', $rules);
	my $zone = $site->place->write('zone', "example.com. TXT \"v=spf1 ip4:192.0.2.10 -all\"\n");
	$site->wonted->configure(set => { rules_dir => qq("$dir"), dns_zone_file => qq("$zone"),
		%{ $wonted->{set} // {} } });
	return $site;
}

# message - a text message; header lines on top of the usual ones, with LF
sub message {
	my (%o) = @_;
	my $id = $o{id} // sprintf 'trial-%d-%d@example.com', $$, ++$count;
	my $headers = join '', map { "$_\n" } @{ $o{headers} // [] };
	my $body = $o{body} // "Hello,\n\nthis is the text.\n-- \nSomebody\n";
	return "From: Somebody <somebody\@example.com>\nTo: Ann <ann\@example.org>\n"
	    . "Subject: A trial\nDate: Fri, 20 Nov 2026 10:00:00 +0000\nMessage-ID: <$id>\n"
	    . "${headers}MIME-Version: 1.0\nContent-Type: text/plain; charset=us-ascii\n\n$body";
}

1;
