package dev.hilo.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The examples of AWS (docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html). */
class AwsSignatureTest {
  private static final Instant NOW = Instant.parse("2013-05-24T00:00:00Z");
  private static final AwsSignature SIGNATURE =
      new AwsSignature(
          "us-east-1", "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");

  private static URI at(String path) {
    return URI.create("https://examplebucket.s3.amazonaws.com/" + path);
  }

  @Test
  void getOfARange() {
    assertThat(
            SIGNATURE.signed(
                "GET",
                at("test.txt"),
                Map.of("Range", "bytes=0-9"),
                AwsSignature.NO_BODY,
                NOW))
        .containsEntry(
            "authorization",
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
                + "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,"
                + "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41")
        .containsEntry("x-amz-date", "20130524T000000Z")
        .doesNotContainKey("host");
  }

  @Test
  void putOfAnObject() {
    assertThat(
            SIGNATURE.signed(
                "PUT",
                at("test%24file.text"),
                Map.of(
                    "Date", "Fri, 24 May 2013 00:00:00 GMT",
                    "x-amz-storage-class", "REDUCED_REDUNDANCY"),
                "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
                NOW))
        .extractingByKey("authorization")
        .asString()
        .endsWith(
            "SignedHeaders=date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class,"
                + "Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
  }
}
