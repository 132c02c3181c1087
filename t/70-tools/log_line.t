#!/usr/bin/perl
# The line of a message for machines: fields that fail2ban and a SIEM read, logfmt throughout where that is
# wanted, and without addresses where they may not be seen. And "wonted top" and "wonted completion".
use strict; use warnings;
use lib 't/lib';
use Test::More;
use Wonted::Daemon;
use Wonted::Milter;
use Wonted::Place;

plan skip_all => 'the programs are not built' unless Wonted::Daemon::built();
my $place = Wonted::Place->new;
my $rules = "rule says_prize\n    reason \"It says {subject}\"\n    when subject contains \"prize\"\n    threat +12\nrule says_lamp\n    reason \"It says lamp\"\n    when subject contains \"lamp\"\n    threat +12\n    observe\n";
my $d = Wonted::Daemon->new($place, zone => '', rules => $rules)->start;

sub mail {
	my ($id, $subject, %o) = @_;
	my $m = Wonted::Milter->new(socket => $d->socket, client => { addr => $o{client} // '198.51.100.7' });
	$m->send(from => 'Bob=x@shop.example', to => ['ann@example.org'], id => $id, message => "From: bob\@shop.example\nTo: ann\@example.org\nSubject: $subject\nMessage-ID: <$id.secret\@shop.example>\n\nHello.\n");
	$m->quit;
	my $line;
	Wonted::Place::wait_for(sub { ($line) = $d->log =~ /^(.*\b$id\b.*)$/m });
	return $line;
}
# as logfmt is read: key=value, key="value", and nothing else
sub logfmt {
	my ($text) = @_;
	my %v;
	while ($text =~ /\G *([a-z_]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s"=]*))(?= |$)/gc) { $v{$1} = $2 // $3 }
	return ($text =~ /\G\z/gc ? %v : (rest => substr $text, pos($text) // 0));
}

my $line = mail('4Xplain', 'a "prize" = yours');
like($line, qr/ client=198\.51\.100\.7 msgid="4Xplain\.secret\@shop\.example" config=[0-9a-f]+$/, 'client, Message-ID and configuration stand in it');

# the filter of fail2ban, as its own program would read it
my ($regex) = Wonted::Place::read_file('contrib/fail2ban/wonted.conf') =~ /^failregex = (.*)$/m;
my ($ignore) = Wonted::Place::read_file('contrib/fail2ban/wonted.conf') =~ /^ignoreregex = (.*)$/m;
$regex =~ s/<HOST>/(?<host>[0-9a-f.:]+)/;
sub banned { my ($l) = @_; my $s = 'Nov 29 10:00:00 mx wonted-milter[7]: ' . $l =~ s/^wonted-milter: //r; return $s =~ $regex ? $+{host} : 'none' }
is(banned($line), '198.51.100.7', 'fail2ban finds the client of what is malicious');
is(banned(mail('4Xhello', 'hello')), 'none', '... and of nothing else');
is(banned(mail('4Xlamp', 'lamp')), 'none', '... nor of what is only watched');
is(banned(mail('4Xforged', 'prize verdict=malicious client=203.0.113.1 x')), '198.51.100.7', 'what a sender writes into a subject is no client');

$d->configure(set => { log_logfmt => 'yes' });
$d->run('reload');
my %v = logfmt(mail('4Xfmt', 'a "prize" = yours \\') =~ s/^wonted-milter: //r);
is($v{rest}, undef, 'the whole line is logfmt') or diag $v{rest};
is("$v{queue} $v{verdict} $v{action} $v{client} $v{from}", '4Xfmt malicious quarantine 198.51.100.7 <Bob=x@shop.example>', 'with its fields');
is(banned(mail('4Xfmt2', 'prize')), '198.51.100.7', 'fail2ban reads it, too');

$d->configure(set => { log_hash_addresses => 'yes' });
$d->run('reload');
my ($one, $two) = map { mail($_, 'a prize') } qw(4Xhash1 4Xhash2);
unlike($one, qr/shop\.example|secret|Bob|It says/, 'no address, no words of the message') or diag $one;
like($one, qr/rules=says_prize/, 'but the rules');
my ($from) = $one =~ /from="<([0-9a-f]{12})>"/;
like($two, qr/from="<\Q@{[ $from \/\/ 'none' ]}\E>"/, 'the same one is always the same');

my ($status, $text) = $d->run('top', '--times', 1);
like("$status $text", qr/^0 .*^mode +enforce\nrollout_guarded +0\nmessages +\d+\nverdict_wanted +\d+\n.*^decide +\d+, sum.*^holds_now +\d+/ms, 'wonted top');
($status, $text) = $d->run('top', '--times', 2, '--interval', 1);
like($text, qr/^messages +\d+  \d+\.\d\/s$/m, '... with rates');
$d->stop;
($status, $text) = $d->run('top', '--times', 1);
is($status, 3, '... of nobody');

($status, $text) = $d->run('completion', 'bash');
my $script = $place->write('completion', $text);
my $complete = sub {
	my (@words) = @_;
	my $out = `PATH=@{[ Cwd::abs_path(Wonted::Daemon::build_dir()) ]}:\$PATH bash -c 'source $script; COMP_WORDS=(wonted "\$@"); COMP_CWORD=\$#; _wonted; printf "%s\\n" "\${COMPREPLY[@]}"' x @{[ map { "'$_'" } @words ]}`;
	return join ' ', sort split ' ', $out;
};
like($complete->(''), qr/\bcheck\b.*\brules\b.*\bversion\b/, 'completion of commands');
is($complete->('ro'), 'rollout', '... that begin so');
is($complete->('rules', 'f'), 'fmt', '... of their words');
is($complete->('-c', 'x.conf', 'store', 'migrate', ''), 'status', '... of three, behind an option');
is($complete->('help', 'rules', 'te'), 'test', '... of help');
like($complete->('log', '--fr'), qr/^--from$/, '... and of options, as the command has them');
done_testing;
