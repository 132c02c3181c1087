package Wonted::Corpus;
# Real mail with labels: a folder holds messages and, for each NAME.tsv beside NAME.envelope.tsv, lines of
# path, label, unix_time and perhaps sublabel, cluster, rank_in_cluster; and what a filter was told:
# client_ip, helo, rdns, mail_from, rcpt, spf, dkim, dmarc.
# Here is the only place where such a message becomes what our own MTA would have handed over.
use strict;
use warnings;
use Exporter 'import';
use Time::Local qw(timegm);
our @EXPORT_OK = qw(read_corpus is_good is_bad told date_of org slurp put by_time mail_date mailboxes is_own);
no warnings 'once';
require './contrib/text/prepare';
my ($marks, $mask) = ($Wonted::Prepare::marks, $Wonted::Prepare::mask);
use warnings 'once';

my %good = map { $_ => 1 } qw(ham promo transactional newsletter);
my %bad = map { $_ => 1 } qw(spam phish scam);
my %neither = map { $_ => 1 } qw(dsn);

sub is_good { return $good{ $_[0]{label} } }
sub is_bad { return $bad{ $_[0]{label} } }

sub slurp { open my $in, '<:raw', $_[0] or die "$_[0]: $!\n"; local $/; return scalar(<$in>) // '' }
sub put { my ($path, @text) = @_; open my $out, '>:raw', $path or die "$path: $!\n"; print $out @text; close $out or die "$path: $!\n" }
sub by_time { return sort { $a->{unix_time} <=> $b->{unix_time} || $a->{path} cmp $b->{path} } @_ }

# table - the lines of a file as rows; the first names the columns. Dies with file and line where one has not as
# many fields as that
sub table {
	my ($path, @needed) = @_;
	open my $in, '<', $path or die "$path: $!\n";
	my $head = <$in> // die "$path:1: the table is empty: its first line names the columns\n";
	$head =~ s/\r?\n\z//;
	my @names = split /\t/, $head, -1;
	for my $needed (@needed) { die "$path:1: no column \"$needed\"; there are @names\n" unless grep { $_ eq $needed } @names }
	my @rows;
	while (my $line = <$in>) {
		$line =~ s/\r?\n\z//;
		next if $line eq '';
		my @fields = split /\t/, $line, -1;
		die "$path:$.: " . @fields . ' fields, but the first line has ' . @names . "\n" unless @fields == @names;
		my %row = (at => "$path:$.");
		@row{@names} = @fields;
		push @rows, \%row;
	}
	return @rows;
}

# row_is_right - dies with file and line
sub row_is_right {
	my ($folder, $m, $seen) = @_;
	die "$m->{at}: no path\n" if $m->{path} eq '';
	die "$m->{at}: \"$m->{path}\" leads out of the folder\n" if $m->{path} =~ m{^/|(?:^|/)\.\.(?:/|$)};
	die "$m->{at}: $m->{path} stands there twice, first at $seen->{ $m->{path} }\n" if $seen->{ $m->{path} };
	$seen->{ $m->{path} } = $m->{at};
	die "$m->{at}: label is \"$m->{label}\"; it must be one of " . join(', ', sort keys %good, keys %bad, keys %neither) . "\n" unless $good{ $m->{label} } || $bad{ $m->{label} } || $neither{ $m->{label} };
	die "$m->{at}: unix_time is \"$m->{unix_time}\"; it must be seconds since 1970\n" unless $m->{unix_time} =~ /^\d{1,11}$/;
	die "$m->{at}: there is no $folder/$m->{path}\n" unless -f "$folder/$m->{path}";
}

# read_corpus - all messages of a folder whose path has a text; each has its source, the first folder of its path,
# and campaign: table and column "cluster", or its own path where there is none
sub read_corpus {
	my ($folder, $has) = @_;
	my (@all, %seen);
	my @tables = grep { !/\.envelope\.tsv$/ } sort glob "\Q$folder\E/*.tsv";
	die "$folder: no NAME.tsv there\n" unless @tables;
	for my $labels (@tables) {
		my ($name) = $labels =~ m{([^/]+)\.tsv$};
		my $envelopes = "$folder/$name.envelope.tsv";
		my %envelope = -e $envelopes ? map { $_->{path} => $_ } table($envelopes, 'path') : ();
		for my $row (table($labels, qw(path label unix_time))) {
			row_is_right($folder, $row, \%seen);
			next if defined $has && index($row->{path}, $has) < 0;
			my ($source) = $row->{path} =~ m{^([^/]+)/};
			my $cluster = ($row->{cluster} // '') ne '' ? "$name/$row->{cluster}" : $row->{path};
			push @all, { %{ $envelope{ $row->{path} } // {} }, %$row, folder => $folder, source => $source // $name, campaign => $cluster };
		}
	}
	die "$folder: no messages" . (defined $has && $has ne '' ? " whose path has \"$has\"" : '') . "\n" unless @all;
	return @all;
}

my %month = map { (qw(jan feb mar apr may jun jul aug sep oct nov dec))[$_] => $_ } 0 .. 11;
# date_of - what a Date field says, in seconds since 1970, or nothing
sub date_of {
	my ($d, $mon, $y, $h, $min, $s, $sign, $zh, $zm) = ($_[0] // '') =~
	    /(\d{1,2})\s+(\w{3})\w*\s+(\d{2,4})\s+(\d{1,2}):(\d\d)(?::(\d\d))?\s*(?:([-+])(\d\d)(\d\d))?/ or return;
	return unless defined $month{ lc $mon };
	my $t = eval { timegm($s // 0, $min, $h, $d, $month{ lc $mon }, $y < 100 ? $y + 1900 : $y) } // return;
	return $sign ? $t - ("${sign}1" * ($zh * 3600 + $zm * 60)) : $t;
}
# mail_date - the other way
sub mail_date { my @t = gmtime $_[0]; return sprintf '%s, %d %s %d %02d:%02d:%02d +0000', (qw(Sun Mon Tue Wed Thu Fri Sat))[$t[6]], $t[3], (qw(Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec))[$t[4]], $t[5] + 1900, @t[2, 1, 0] }

# org - the organisation's domain, about
sub org { my @l = split /\./, lc($_[0] // ''); return join '.', @l > 2 ? ($l[-2] =~ /^(?:co|com|ac|org|net|gov)$/ && length $l[-1] == 2 ? @l[-3 .. -1] : @l[-2, -1]) : @l }

# sender_of - the envelope's sender; the table often has but a domain, or what a host before a list was told
sub sender_of {
	my ($m, $flat, $from) = @_;
	my ($returned) = $flat =~ /^Return-Path:\s*<?([^<>\s@]+@[\w.-]+)>?\s*$/mi;
	my $sender = $returned || $m->{mail_from} || $from || '';
	$sender =~ s/[<>\s"]//g;
	return $sender eq '' || $sender =~ /@/ ? $sender : "bounces\@$sender";
}

# results_of - what was found out about it. Where the table has nothing of SPF, it passed if the envelope's sender
# and the sending host's name have their domain in common; mail older than SPF (enron) counts as proven by it
sub results_of {
	my ($m, $flat, $from, $sender) = @_;
	my ($domain) = $sender =~ /@([\w.-]+)$/;
	my $spf = $m->{spf};
	$spf = 'pass' if !$spf && $domain && ($m->{path} =~ /enron/ || org($domain) eq org($m->{rdns}));
	my @results = $domain ? ('spf=' . (($spf // '') =~ /^(pass|fail|softfail|neutral|none)$/ ? $1 : 'none') . " smtp.mailfrom=$sender") : ();
	if (($m->{dkim} // '') =~ /^(pass|fail)$/) {
		my %seen;
		push @results, map { "dkim=$m->{dkim} header.d=$_" } grep { !$seen{$_}++ } $flat =~ /^DKIM-Signature:[^\n]*?\bd=\s*([\w.-]+)/gmi;
	}
	push @results, "dmarc=$1 header.from=" . ($from =~ /@(.*)/)[0] if $from && ($m->{dmarc} // '') =~ /^(pass|fail)$/;
	return "Return-Path: <$sender>\nAuthentication-Results: checked.example; " . join('; ', @results ? @results : 'none') . "\n";
}

# told - the message as our MTA would have handed it over: checked, and without the collector's marks
#   raw        the message;  results   fields that our MTA checked, to stand before it
#   received   the field that our MTA would have put on top of that; collectors' own hosts stand there
#   from       the envelope's sender;  date   what Date says;  list   says it is from a list
# With a second argument, that address stands in the place of those by which collectors hid their own.
sub told {
	my ($m, $unmasked) = @_;
	my $raw = slurp("$m->{folder}/$m->{path}");
	$raw =~ s/\AFrom [^\n]*\n//;
	my ($head, $rest) = $raw =~ /\A(.*?\n)(\r?\n.*)\z/s ? ($1, $2) : ($raw, '');
	(my $flat = $head) =~ s/\r?\n[ \t]+/ /g;
	$head =~ s/^([\w-]+:)[^\n]*\n(?:[ \t][^\n]*\n)*/marked($1) ? '' : $&/gme;
	if (defined $unmasked) {
		$head =~ s/^((?!From:)[\w-]+:[^\n]*\n(?:[ \t][^\n]*\n)*)/$1 =~ s{$mask}{$unmasked}gr/gmie;
		# elsewhere in From stands another who was hidden, in phishing_pot who got it
		$head =~ s/phishing\@pot/$unmasked/gi;
		$rest =~ s/$mask/$unmasked/g;
	}
	$raw = $head . $rest;
	my ($from) = $flat =~ /^From:[^\n]*?([\w.+=-]+@[\w.-]+)/mi;
	my $sender = sender_of($m, $flat, $from);
	my $received = !$m->{client_ip} ? '' : sprintf "Received: from %s (%s [%s%s])\n\tby mx.checked.example with ESMTP; %s\n", $m->{helo} || 'unknown', $m->{rdns} || 'unknown',
	    $m->{client_ip} =~ /:/ ? 'IPv6:' : '', $m->{client_ip}, mail_date($m->{unix_time}) =~ s/^\w+, //r;
	return { raw => $raw, from => $sender, received => $received, list => scalar($flat =~ /^List-Id:/mi), date => scalar(date_of($flat =~ /^Date:\s*([^\n]*)/mi)), results => results_of($m, $flat, $from, $sender) };
}
# what betrays the collector, and what our own results say anew
sub marked { return $_[0] =~ $marks || $_[0] =~ /^(?:Return-Path|X-Original-To):/i }

# mailboxes - by whom messages were received: address and messages in order of time, of each. Enron's have the
# folders that "sublabel" names, and their own addresses; all others are one mailbox's
sub mailboxes {
	my %of;
	push @{ $of{ $_->{source} =~ /^enron/ ? $_->{sublabel} : '' } }, $_ for @_;
	my @boxes;
	for my $box (sort keys %of) {
		my $to = 'me@corpus.example';
		if ($box ne '') {
			my %from; for (grep { $_->{path} =~ m{/_?sent} } @{ $of{$box} }) { $from{ told($_)->{from} }++ }
			($to) = sort { $from{$b} <=> $from{$a} || $a cmp $b } grep { is_own($_) } keys %from;
		}
		push @boxes, { to => $to, messages => [by_time(@{ $of{$box} })] } if $to;
	}
	return @boxes;
}
# is_own - whether an address belongs to who received Enron's mail
sub is_own { return ($_[0] // '') =~ /[@.]enron\.com$/i }

1;
