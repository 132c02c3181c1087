package Wonted::Dkim;
# Signs messages (RFC 6376, rsa-sha256, relaxed/relaxed) with a key made for the occasion, so that
# signatures in tests and in the demo are real ones and never run out.
use strict;
use warnings;
use Digest::SHA ();
use MIME::Base64 ();

# new - make a key; FILE gets its private part
sub new {
	my ($class, $file, %o) = @_;
	my $selector = $o{selector} // 'demo';
	system("openssl genrsa -out '$file' 2048 2>/dev/null") == 0 or die "openssl: cannot make a key\n";
	my $public = `openssl rsa -in '$file' -pubout -outform DER 2>/dev/null`;
	die "openssl: cannot read $file\n" if $? || !length $public;
	return bless { file => $file, selector => $selector, public => $public }, $class;
}

# record - the line of a zone file that publishes the key for a domain
sub record {
	my ($self, $domain) = @_;
	my $text = 'v=DKIM1; k=rsa; p=' . MIME::Base64::encode($self->{public}, '');
	my $strings = join ' ', map { "\"$_\"" } unpack '(A250)*', $text;
	return "$self->{selector}._domainkey.$domain. TXT $strings\n";
}

# sign - the message (LF or CRLF) with a DKIM-Signature on top, with CRLF; `headers` names what is covered
sub sign {
	my ($self, $domain, $message, %o) = @_;
	$message =~ s/\r?\n/\r\n/g;
	my ($head, $body) = $message =~ /\A(.*?\r\n)\r\n(.*)\z/s or die "a message without a body\n";
	my %field;
	for my $line (split /\r\n(?![ \t])/, $head) {
		push @{ $field{ lc $1 } }, $line if $line =~ /\A([^:]+):/;
	}
	my @names = @{ $o{headers} // [qw(from to subject date message-id list-unsubscribe
	    list-unsubscribe-post list-id mime-version content-type)] };
	my @covered = grep { $field{$_} } @names;
	my $value = join "\r\n\t", "v=1; a=rsa-sha256; c=relaxed/relaxed; d=$domain;",
	    "s=$self->{selector}; t=" . time . ';', 'h=' . join(':', @covered) . ';',
	    'bh=' . MIME::Base64::encode(Digest::SHA::sha256(relaxed_body($body)), '') . ';', 'b=';
	my $data = join '', map { relaxed_header($field{$_}[-1]) . "\r\n" } @covered;
	$data .= relaxed_header("DKIM-Signature: $value");
	my $b = MIME::Base64::encode($self->signature($data), '');
	$b =~ s/(.{70})(?=.)/$1\r\n\t/g;
	return "DKIM-Signature: $value$b\r\n$message";
}

sub relaxed_header {
	my ($name, $value) = split /:/, shift, 2;
	$value =~ s/\r\n//g;
	$value =~ s/[ \t]+/ /g;
	$value =~ s/\A | \z//g;
	return lc($name =~ s/[ \t]+\z//r) . ":$value";
}

sub relaxed_body {
	my ($body) = @_;
	$body =~ s/[ \t]+/ /g;
	$body =~ s/ (?=\r\n)//g;
	$body =~ s/(?:\r\n)*\z//;
	return length $body ? "$body\r\n" : '';
}

sub signature {
	my ($self, $data) = @_;
	my $in = "$self->{file}.data";
	open my $f, '>:raw', $in or die "$in: $!\n";
	print $f $data;
	close $f or die "$in: $!\n";
	my $signature = `openssl dgst -sha256 -sign '$self->{file}' '$in'`;
	unlink $in;
	die "openssl: cannot sign\n" if $? || !length $signature;
	return $signature;
}

1;
