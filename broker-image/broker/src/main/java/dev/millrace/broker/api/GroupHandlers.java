package dev.millrace.broker.api;

import dev.millrace.broker.network.RequestContext;
import dev.millrace.broker.network.RequestHandler;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import org.apache.kafka.common.message.ConsumerGroupDescribeRequestData;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.DeleteGroupsRequestData;
import org.apache.kafka.common.message.DeleteGroupsResponseData;
import org.apache.kafka.common.message.DescribeGroupsRequestData;
import org.apache.kafka.common.message.DescribeGroupsResponseData;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.LeaveGroupRequestData.MemberIdentity;
import org.apache.kafka.common.message.LeaveGroupResponseData;
import org.apache.kafka.common.message.ListGroupsRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.JoinGroupResponse;
import org.apache.kafka.common.requests.LeaveGroupResponse;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.utils.internals.BufferSupplier;
import org.apache.kafka.coordinator.group.GroupCoordinator;

/**
 * The group family: each request goes to the group coordinator and is answered when its future is
 * done, on whatever thread that is. Nothing is decided here.
 */
final class GroupHandlers {
  private static final short FIRST_LEAVE_GROUP_WITH_MEMBERS = 3;

  private GroupHandlers() {}

  static void serve(ApiTable.Builder table, ApiParts parts) {
    GroupCoordinator groups = parts.groups().coordinator();
    // The coordinator buffers for itself; what it is handed here serves callers that reuse theirs.
    BufferSupplier buffers = BufferSupplier.NO_CACHING;
    var offsets = new OffsetCalls(groups, parts.cache());
    table
        .serve(
            ApiKeys.FIND_COORDINATOR,
            FindCoordinatorRequestData.class,
            new FindCoordinatorHandler(parts))
        .serve(
            ApiKeys.JOIN_GROUP,
            JoinGroupRequestData.class,
            answering((context, request) -> join(groups, context, request, buffers)))
        .serve(
            ApiKeys.SYNC_GROUP,
            SyncGroupRequestData.class,
            answering((context, request) -> groups.syncGroup(context, request, buffers)))
        .serve(ApiKeys.HEARTBEAT, HeartbeatRequestData.class, answering(groups::heartbeat))
        .serve(
            ApiKeys.LEAVE_GROUP,
            LeaveGroupRequestData.class,
            answering((context, request) -> leave(groups, context, request)))
        .serve(ApiKeys.LIST_GROUPS, ListGroupsRequestData.class, answering(groups::listGroups))
        .serve(
            ApiKeys.DESCRIBE_GROUPS,
            DescribeGroupsRequestData.class,
            answering((context, request) -> describe(groups, context, request)))
        .serve(
            ApiKeys.DELETE_GROUPS,
            DeleteGroupsRequestData.class,
            answering(
                (context, request) ->
                    groups
                        .deleteGroups(context, request.groupsNames(), buffers)
                        .thenApply(new DeleteGroupsResponseData()::setResults)))
        .serve(
            ApiKeys.CONSUMER_GROUP_HEARTBEAT,
            ConsumerGroupHeartbeatRequestData.class,
            answering(groups::consumerGroupHeartbeat))
        .serve(
            ApiKeys.CONSUMER_GROUP_DESCRIBE,
            ConsumerGroupDescribeRequestData.class,
            answering((context, request) -> describe(groups, context, request)))
        .serve(ApiKeys.OFFSET_COMMIT, OffsetCommitRequestData.class, answering(offsets::commit))
        .serve(ApiKeys.OFFSET_FETCH, OffsetFetchRequestData.class, answering(offsets::fetch))
        .serve(ApiKeys.OFFSET_DELETE, OffsetDeleteRequestData.class, answering(offsets::delete));
  }

  private static <T extends ApiMessage> RequestHandler<T> answering(
      BiFunction<RequestContext, T, CompletableFuture<? extends ApiMessage>> call) {
    return (context, request) -> Answers.whenDone(context, call.apply(context, request));
  }

  /** Clients older than version 7 know no absent protocol, only an empty one. */
  private static CompletableFuture<JoinGroupResponseData> join(
      GroupCoordinator groups,
      RequestContext context,
      JoinGroupRequestData request,
      BufferSupplier buffers) {
    short version = context.header().apiVersion();
    return groups
        .joinGroup(context, request, buffers)
        .thenApply(joined -> new JoinGroupResponse(joined, version).data());
  }

  /**
   * Up to version 2 a request names its one member outside of the list of members, and is answered
   * there; the coordinator knows the list only.
   */
  private static CompletableFuture<LeaveGroupResponseData> leave(
      GroupCoordinator groups, RequestContext context, LeaveGroupRequestData request) {
    short version = context.header().apiVersion();
    LeaveGroupRequestData listed =
        version >= FIRST_LEAVE_GROUP_WITH_MEMBERS
            ? request
            : new LeaveGroupRequestData()
                .setGroupId(request.groupId())
                .setMembers(List.of(new MemberIdentity().setMemberId(request.memberId())));
    return groups
        .leaveGroup(context, listed)
        .thenApply(left -> new LeaveGroupResponse(left, version).data());
  }

  private static CompletableFuture<DescribeGroupsResponseData> describe(
      GroupCoordinator groups, RequestContext context, DescribeGroupsRequestData request) {
    int operations = Answers.allOperations(ResourceType.GROUP);
    return groups
        .describeGroups(context, request.groups())
        .thenApply(
            described -> {
              if (request.includeAuthorizedOperations()) {
                described.stream()
                    .filter(group -> group.errorCode() == 0)
                    .forEach(group -> group.setAuthorizedOperations(operations));
              }
              return new DescribeGroupsResponseData().setGroups(described);
            });
  }

  private static CompletableFuture<ConsumerGroupDescribeResponseData> describe(
      GroupCoordinator groups, RequestContext context, ConsumerGroupDescribeRequestData request) {
    int operations = Answers.allOperations(ResourceType.GROUP);
    return groups
        .consumerGroupDescribe(context, request.groupIds())
        .thenApply(
            described -> {
              if (request.includeAuthorizedOperations()) {
                described.stream()
                    .filter(group -> group.errorCode() == 0)
                    .forEach(group -> group.setAuthorizedOperations(operations));
              }
              return new ConsumerGroupDescribeResponseData().setGroups(described);
            });
  }
}
