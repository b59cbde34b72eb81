package dev.millrace.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.crd.generator.annotation.SchemaFrom;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Quantity;
import org.jspecify.annotations.Nullable;

/** Parts of a broker's memory that the user fixes. Whatever they leave is page cache. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record MemorySplit(
    @JsonPropertyDescription("Java heap: grows with partitions and groups, not with traffic.")
        @SchemaFrom(type = String.class)
        @ValidationRule(value = SpecRules.PART_SUFFICES_HEAP, message = SpecRules.PART_MESSAGE_HEAP)
        @Nullable Quantity heap,
    @JsonPropertyDescription("Direct memory: grows with connections.")
        @SchemaFrom(type = String.class)
        @ValidationRule(
            value = SpecRules.PART_SUFFICES_DIRECT,
            message = SpecRules.PART_MESSAGE_DIRECT)
        @Nullable Quantity direct) {}
