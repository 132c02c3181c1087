#!/usr/bin/perl
# RFC 5235: with the shipped settings of Dovecot a user's own script can ask how bad a message is.
use strict; use warnings;
use File::Temp 'tempdir';
use Test::More;

my $dir = tempdir(CLEANUP => 1);
my %value = (wanted => 1, undecided => 2, graymail => 4, spam => 7, suspicious => 9, malicious => 10);

sub put { my ($file, $text) = @_; open my $f, '>', "$dir/$file" or die "$dir/$file: $!"; print $f $text; close $f or die; return "$dir/$file" }
sub shipped {
	my ($version) = @_;
	open my $f, '<', "contrib/dovecot/90-wonted.conf.$version" or die;
	local $/;
	return scalar <$f>;
}

my ($plugin) = shipped('2.3') =~ /^plugin \{\n(.*?)^\}/ms or die 'no plugin settings';
$plugin =~ s/^\s*sieve_before.*\n//m;	# a script that is not compiled here
# Dovecot touches no mail as root
my ($uid, $gid) = $> == 0 ? (getpwnam 'nobody')[2, 3] : ($>, (split ' ', $))[0]);
my ($user, $group) = (scalar getpwuid $uid, scalar getgrgid $gid);
chown $uid, $gid, $dir;
my $conf = put('dovecot.conf', "base_dir = $dir/run\nlog_path = /dev/stderr\nmail_location = maildir:$dir/mail\nssl = no\n"
	. "default_internal_user = $user\ndefault_internal_group = $group\ndefault_login_user = $user\nmail_uid = $user\nmail_gid = $group\nfirst_valid_uid = 0\nfirst_valid_gid = 0\nplugin {\n$plugin}\n");
my $script = put('ask.sieve', join "\n", 'require ["spamtest", "relational", "comparator-i;ascii-numeric", "fileinto"];',
	map({ qq(if spamtest :value "eq" :comparator "i;ascii-numeric" "$_" { fileinto "is-$_"; stop; }) } 0 .. 10), '');

sub filed {
	my ($header) = @_;
	my $mail = put('mail', "From: bob\@example.net\nSubject: x\n${header}\nText\n");
	my $out = `sieve-test -c $conf $script $mail 2>&1`;
	return $out =~ /store message in folder: (\S+)/ ? $1 : $out;
}

is(filed("X-Wonted-Verdict: $_\n"), "is-$value{$_}", "$_ is $value{$_}") for sort { $value{$a} <=> $value{$b} } keys %value;
is(filed(''), 'is-0', 'mail that nobody judged is not tested');
# the same values for both versions of Dovecot
my %new = reverse shipped('2.4') =~ /^\t(\d+) = (\w+)$/mg;
is_deeply(\%new, \%value, 'the settings for Dovecot 2.4 say the same');
done_testing();
